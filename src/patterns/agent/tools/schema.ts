import type { JSONSchema7 } from "@ai-sdk/provider";
import { ConfigError, InvalidRequest, type OutputIssue } from "../../../errors.ts";
import {
  isRecord,
  isStandardSchema,
  issueOf,
  makeShape,
  type Reading,
  type Shape,
  shapeOf,
} from "../../extract/shape.ts";
import { readerOfJsonSchema } from "../../json-schema-reader.ts";
import type { AgentTool, JsonSchemaLike } from "../tool.ts";

/** A tool's input: what the provider is shown, and what the model's arguments are judged by. */
export interface ToolSchema {
  readonly jsonSchema: JSONSchema7;
  read(value: unknown): Promise<Reading<unknown>>;
  /** What is not checked of the arguments, and why; `null`: all is. */
  readonly note: string | null;
}

const known = new WeakMap<object, Promise<ToolSchema>>();

/**
 * The schema of a tool's input, made once for each schema object.
 *
 * @throws ConfigError when it is no schema, or cannot be written as JSON Schema.
 */
export function schemaOf(name: string, { inputSchema }: AgentTool): Promise<ToolSchema> {
  let schema = known.get(inputSchema);
  if (schema === undefined) {
    schema = makeSchema(name, inputSchema);
    schema.catch(() => known.delete(inputSchema));
    known.set(inputSchema, schema);
  }
  return schema;
}

async function makeSchema(
  name: string,
  inputSchema: AgentTool["inputSchema"],
): Promise<ToolSchema> {
  try {
    if (isStandardSchema(inputSchema)) return toolSchema(await shapeOf(inputSchema, undefined));
    const schema = typeof inputSchema === "function" ? inputSchema() : inputSchema;
    return isStandardSchema(schema)
      ? toolSchema(await shapeOf(schema, undefined))
      : await ofJsonSchema(schema);
  } catch (cause) {
    const reason = cause instanceof InvalidRequest ? cause.summary : messageOf(cause);
    const path = `tools.${name}.inputSchema`;
    throw new ConfigError(
      {
        summary: `The tool ${name} cannot be offered to a model: its \`inputSchema\`: ${reason}`,
        advice:
          "Give a schema of Zod, Valibot (with @valibot/to-json-schema) or ArkType, or one of the AI SDK's `jsonSchema()`.",
        issues: [{ path, message: reason }],
      },
      { cause },
    );
  }
}

/** A schema that `jsonSchema()` or `zodSchema()` of the AI SDK made, or one of an MCP tool. */
async function ofJsonSchema(schema: JsonSchemaLike): Promise<ToolSchema> {
  const { validate } = schema;
  const jsonSchema: unknown = await schema.jsonSchema;
  if (!isRecord(jsonSchema)) throw new TypeError("it is no schema");
  const rooted = withObjectRoot(jsonSchema);
  if (typeof validate === "function") {
    return toolSchema(makeShape(rooted, async (value) => readingOf(await validate(value))));
  }
  const { read, unread } = readerOfJsonSchema(rooted);
  const note = unread === null ? null : `Arguments are only checked to be an object: ${unread}`;
  return toolSchema(makeShape(rooted, read), note);
}

/** Servers leave the type out where it is an object. */
function withObjectRoot(schema: JSONSchema7): JSONSchema7 {
  const isOther = ["type", "anyOf", "oneOf", "allOf", "$ref", "enum", "const"].some(
    (keyword) => keyword in schema,
  );
  return isOther ? schema : { type: "object", ...schema };
}

function toolSchema({ jsonSchema, check }: Shape, note: string | null = null): ToolSchema {
  if (jsonSchema === undefined) throw new TypeError("its library cannot write it as JSON Schema");
  return { jsonSchema, read: check, note };
}

/** What `validate` of the AI SDK's schemas gives. */
function readingOf(result: unknown): Reading<unknown> {
  const { success, value, error } = result as {
    success?: unknown;
    value?: unknown;
    error?: unknown;
  };
  return success === true ? { ok: true, value } : { ok: false, issues: issuesOf(error) };
}

function issuesOf(error: unknown): readonly OutputIssue[] {
  for (const source of [error, isRecord(error) ? error["cause"] : undefined]) {
    const issues = isRecord(source) ? source["issues"] : source;
    if (Array.isArray(issues) && issues.length > 0) return issues.map(issueOf);
  }
  return [{ path: "", message: messageOf(error) }];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
