import type { JSONSchema7 } from "@ai-sdk/provider";
import { z } from "zod";
import { mapSchemas } from "./extract/json-schema.ts";
import { isRecord, issueOf, type Reading } from "./extract/shape.ts";

interface JsonSchemaReader {
  read(value: unknown): Promise<Reading<unknown>>;
  /** Why the schema cannot be read, where it cannot: then only objects are told from other values. */
  readonly unread: string | null;
}

/**
 * Judges values by a bare JSON Schema, such as a server gives of its tools. What cannot be judged is let pass, never
 * refused: whoever made the schema judges as well. A schema that cannot be read at all is said to be so.
 */
export function readerOfJsonSchema(schema: JSONSchema7): JsonSchemaReader {
  try {
    const type = z.fromJSONSchema(judgeable(schema) as z.core.JSONSchema.BaseSchema);
    return { unread: null, read: async (value) => readingOf(type.safeParse(value)) };
  } catch (cause) {
    const unread = cause instanceof Error ? cause.message : String(cause);
    return { unread, read: async (value) => readingOf(z.looseObject({}).safeParse(value)) };
  }
}

/** Zod judges members only where a type is given, and `oneOf` refuses what two branches without a type let pass. */
function judgeable(schema: JSONSchema7): JSONSchema7 {
  const { oneOf, ...mapped } = mapSchemas(schema, judgeable);
  const isObject = isRecord(mapped.properties) || Array.isArray(mapped.required);
  return {
    ...(mapped.type === undefined && isObject && { type: "object" as const }),
    ...mapped,
    ...(oneOf !== undefined && { anyOf: [...(mapped.anyOf ?? []), ...oneOf] }),
  };
}

function readingOf(result: z.ZodSafeParseResult<unknown>): Reading<unknown> {
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, issues: result.error.issues.map(issueOf) };
}
