import type { JSONSchema7 } from "@ai-sdk/provider";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidRequest } from "../../errors.ts";

/** The JSON Schema of a Standard Schema's input; `undefined` when its library offers none. */
export async function jsonSchemaOf(schema: StandardSchemaV1): Promise<JSONSchema7 | undefined> {
  const { vendor } = schema["~standard"];
  try {
    if (offersJsonSchema(schema))
      return schema["~standard"].jsonSchema.input({ target: "draft-07" });
    return vendor === "valibot" ? await fromValibot(schema) : undefined;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidRequest(
      `The schema (${vendor}) cannot be written as JSON Schema: ${reason}; give \`jsonSchema\` beside it`,
      { cause },
    );
  }
}

function offersJsonSchema(
  schema: StandardSchemaV1,
): schema is StandardSchemaV1 & StandardJSONSchemaV1 {
  return "jsonSchema" in schema["~standard"];
}

/** Valibot keeps its converter in a package of its own; without it the schema is only used to validate. */
async function fromValibot(schema: StandardSchemaV1): Promise<JSONSchema7 | undefined> {
  let converter: typeof import("@valibot/to-json-schema");
  try {
    converter = await import("@valibot/to-json-schema");
  } catch {
    return undefined;
  }
  return converter.toJsonSchema(schema as Parameters<typeof converter.toJsonSchema>[0], {
    target: "draft-07",
  });
}

/** Forbids members that the schema does not name: models are to fill the schema, not to add to it. */
export function closeObjects(schema: JSONSchema7): JSONSchema7 {
  const closed = mapSchemas(schema, closeObjects);
  if (closed.properties !== undefined && closed.additionalProperties === undefined) {
    closed.additionalProperties = false;
  }
  return closed;
}

/** Providers want an object at the root; any other value travels as its only member, `value`. */
export function wrapRoot(schema: JSONSchema7): JSONSchema7 {
  const { $schema: _dialect, definitions, $defs, ...value } = schema;
  return {
    type: "object",
    properties: { value: moveRootRefs(value) },
    required: ["value"],
    additionalProperties: false,
    ...(definitions !== undefined && { definitions }),
    ...($defs !== undefined && { $defs }),
  };
}

function moveRootRefs(schema: JSONSchema7): JSONSchema7 {
  const moved = mapSchemas(schema, moveRootRefs);
  if (moved.$ref === "#") moved.$ref = "#/properties/value";
  return moved;
}

/** The schema with `map` applied to each schema that stands directly in it. */
export function mapSchemas(
  schema: JSONSchema7,
  map: (inner: JSONSchema7) => JSONSchema7,
): JSONSchema7 {
  const mapped: Record<string, unknown> = { ...schema };
  for (const key of ["properties", "patternProperties", "definitions", "$defs"]) {
    const members = mapped[key];
    if (isRecord(members)) {
      mapped[key] = Object.fromEntries(
        Object.entries(members).map(([name, inner]) => [name, mapOne(inner, map)]),
      );
    }
  }
  for (const key of ["items", "additionalProperties", "anyOf", "oneOf", "allOf", "not"]) {
    const inner = mapped[key];
    if (inner === undefined) continue;
    mapped[key] = Array.isArray(inner) ? inner.map((one) => mapOne(one, map)) : mapOne(inner, map);
  }
  return mapped;
}

function mapOne(inner: unknown, map: (schema: JSONSchema7) => JSONSchema7): unknown {
  return isRecord(inner) ? map(inner) : inner;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
