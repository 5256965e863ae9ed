import type { JSONSchema7 } from "@ai-sdk/provider";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidRequest, type OutputIssue } from "../../errors.ts";
import { closeObjects, jsonSchemaOf, wrapRoot } from "./json-schema.ts";

/** A value that fits, or everything that is wrong with it. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly OutputIssue[] };

/** A schema, as a provider is shown it, and as what comes back is judged by it. */
export interface Shape {
  /** An object at the root, as providers want it; `undefined` when the schema's library cannot tell. */
  readonly jsonSchema: JSONSchema7 | undefined;
  /** Takes a value out of the object that it travels in, where the schema is of no object. */
  unwrap(value: unknown): unknown;
  check(value: unknown): Promise<Reading<unknown>>;
  readonly isWrapped: boolean;
}

const known = new WeakMap<StandardSchemaV1, Promise<Shape>>();

/** The shape of a Standard Schema, made once for each schema object. */
export function shapeOf(
  schema: StandardSchemaV1,
  jsonSchema: JSONSchema7 | undefined,
): Promise<Shape> {
  const shape = (found: JSONSchema7 | undefined): Shape =>
    makeShape(found && closeObjects(found), (value) => checkAgainst(schema, value));
  if (jsonSchema !== undefined) return Promise.resolve(shape(jsonSchema));
  let made = known.get(schema);
  if (made === undefined) {
    made = jsonSchemaOf(schema).then(shape);
    made.catch(() => known.delete(schema));
    known.set(schema, made);
  }
  return made;
}

/** The shape of a JSON Schema whose values are checked in any way. */
export function makeShape(
  jsonSchema: JSONSchema7 | undefined,
  check: (value: unknown) => Promise<Reading<unknown>>,
): Shape {
  const isWrapped = jsonSchema !== undefined && jsonSchema.type !== "object";
  const unwrap = (value: unknown): unknown =>
    isWrapped && isRecord(value) && "value" in value ? value["value"] : value;
  return {
    jsonSchema: isWrapped ? wrapRoot(jsonSchema) : jsonSchema,
    isWrapped,
    unwrap,
    check: (value) => check(unwrap(value)),
  };
}

/** The types say so already; JavaScript callers and `any` slip past them. */
export function isStandardSchema(schema: unknown): schema is StandardSchemaV1 {
  if ((typeof schema !== "object" && typeof schema !== "function") || schema === null) return false;
  return "~standard" in schema;
}

/** A value as its schema leaves it. */
export async function checkAgainst(
  schema: StandardSchemaV1,
  value: unknown,
): Promise<Reading<unknown>> {
  const result = await validated(schema, value);
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, issues: result.issues.map(issueOf) };
}

/** A refinement or transform of the team's own that throws is a fault of the schema, not of the value. */
async function validated(
  schema: StandardSchemaV1,
  value: unknown,
): Promise<StandardSchemaV1.Result<unknown>> {
  try {
    return await schema["~standard"].validate(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidRequest(`The schema failed while it validated a value: ${reason}`, {
      cause,
    });
  }
}

export function issueOf({ message, path }: StandardSchemaV1.Issue): OutputIssue {
  const keys = (path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return { path: keys.join("."), message };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
