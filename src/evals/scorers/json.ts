import type { JSONSchema7 } from "@ai-sdk/provider";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { issueText } from "../../errors.ts";
import { checkAgainst, isStandardSchema } from "../../patterns/extract/shape.ts";
import { readerOfJsonSchema } from "../../patterns/json-schema-reader.ts";
import type { Scored, Scorer } from "../scorer.ts";
import { type Compare, comparing, namedScorer, type ScorerOptions } from "./compare.ts";
import { difference, type ValueOptions } from "./differences.ts";
import { anything } from "./read.ts";
import { checkTolerance } from "./tolerance.ts";

/**
 * Whether the output is the JSON value that the case expects, whatever the order of keys. Text is read as JSON first.
 *
 * @example jsonEqual({ tolerance: { absolute: 0.01 }, unordered: true })
 */
export const jsonEqual: Compare<unknown, unknown, ValueOptions> = comparing({
  name: "json-equal",
  actual: anything,
  wanted: anything,
  check: ({ tolerance }: ValueOptions) => checkTolerance("json-equal", tolerance),
  score: (actual, wanted, options: ValueOptions) => {
    const read = jsonOf(actual);
    if (!read.ok) return { score: 0, reason: read.reason };
    const reason = difference(read.value, wanted, options);
    return { score: reason === undefined ? 1 : 0, reason };
  },
});

export interface JsonSchemaOptions<Output> extends ScorerOptions {
  readonly of?: ((output: Output) => unknown) | undefined;
}

/**
 * Whether the output fits a schema: of Zod, Valibot or ArkType, or a JSON Schema. Text is read as JSON first.
 *
 * @throws TypeError when the scorer is made, for a JSON Schema that cannot be judged by.
 * @example jsonSchema(z.object({ label: z.enum(["bug", "question"]) }))
 */
export function jsonSchema<Output = unknown>(
  schema: StandardSchemaV1 | JSONSchema7,
  options: JsonSchemaOptions<Output> = {},
): Scorer<unknown, unknown, Output> {
  const judge = judgeOf(schema);
  return {
    ...namedScorer("json-schema", options),
    score: ({ output }) => judge(options.of === undefined ? output : options.of(output)),
  };
}

function judgeOf(schema: StandardSchemaV1 | JSONSchema7): (value: unknown) => Promise<Scored> {
  const check = checkOf(schema);
  return async (value) => {
    const read = jsonOf(value);
    if (!read.ok) return { score: 0, reason: read.reason };
    const reading = await check(read.value);
    return reading.ok
      ? { score: 1 }
      : { score: 0, reason: reading.issues.slice(0, 3).map(issueText).join("; ") };
  };
}

function checkOf(
  schema: StandardSchemaV1 | JSONSchema7,
): ReturnType<typeof readerOfJsonSchema>["read"] {
  if (isStandardSchema(schema)) return (value) => checkAgainst(schema, value);
  const { read, unread } = readerOfJsonSchema(schema);
  if (unread !== null)
    throw new TypeError(`The scorer json-schema cannot read its schema: ${unread}`);
  return read;
}

type ReadJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

export function jsonOf(value: unknown): ReadJson {
  if (typeof value !== "string") return { ok: true, value };
  try {
    return { ok: true, value: JSON.parse(value) };
  } catch (cause) {
    return { ok: false, reason: `the text is no JSON: ${(cause as Error).message}` };
  }
}
