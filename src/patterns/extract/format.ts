import type { JSONSchema7 } from "@ai-sdk/provider";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { jsonrepair } from "jsonrepair";
import { canonical } from "../../call/canonical.ts";
import { InvalidRequest } from "../../errors.ts";
import { findJson } from "./find-json.ts";
import { isSafeToRepair } from "./repairable.ts";
import { isRecord, isStandardSchema, type Reading, type Shape, shapeOf } from "./shape.ts";

/** A schema, ready to ask with and to read with. */
export interface OutputFormat<T> {
  /** What the provider is given; `undefined` when the schema's library cannot tell. */
  readonly jsonSchema: JSONSchema7 | undefined;
  /** Reads an answer: strictly first, then through fences, prose and small faults; validates in the end. */
  read(text: string): Promise<Reading<T>>;
  /** What can be shown of an unfinished value: taken out of the object it travels in, once it is there. */
  unwrapPartial(value: unknown): unknown;
}

/** The format of a schema. */
export async function formatOf<Schema extends StandardSchemaV1>(
  schema: Schema,
  jsonSchema: JSONSchema7 | undefined,
): Promise<OutputFormat<StandardSchemaV1.InferOutput<Schema>>> {
  if (!isStandardSchema(schema)) {
    const advice = "expected a schema of Zod, Valibot, ArkType or another Standard Schema library";
    throw new InvalidRequest(`\`schema\` is no Standard Schema: ${advice}`);
  }
  const shape = await shapeOf(schema, jsonSchema);
  return makeFormat(shape);
}

function makeFormat({ jsonSchema, check, unwrap, isWrapped }: Shape): OutputFormat<unknown> {
  return {
    jsonSchema,
    unwrapPartial: (value) =>
      isWrapped && isRecord(value) && Object.keys(value).length === 0 ? undefined : unwrap(value),
    read: async (text) => {
      const strict = parse(text);
      return strict === undefined ? readTolerantly(text, check) : check(strict.value);
    },
  };
}

async function readTolerantly(
  text: string,
  validate: (value: unknown) => Promise<Reading<unknown>>,
): Promise<Reading<unknown>> {
  const found = findJson(text);
  if (found.type === "none") return faulty("there is no JSON in the answer");
  if (found.type === "cut-off") return faulty("the JSON is cut off, or its brackets do not match");
  const fitting = new Map<string, unknown>();
  let last: Reading<unknown> = faulty("the JSON cannot be read");
  for (const candidate of found.candidates) {
    const parsed = parse(candidate) ?? repair(candidate);
    if (parsed === undefined) continue;
    const reading = await validate(parsed.value);
    if (reading.ok) fitting.set(canonical(parsed.value), reading.value);
    else last = reading;
  }
  const [value, ...others] = fitting.values();
  if (fitting.size === 0) return last;
  if (others.length > 0) return faulty(`there are ${fitting.size} different answers; give one`);
  return { ok: true, value };
}

/** Mends quotes, commas, comments and the like. Never fills a gap: an abbreviated list stays unread. */
function repair(json: string): { value: unknown } | undefined {
  if (!isSafeToRepair(json)) return undefined;
  try {
    return parse(jsonrepair(json));
  } catch {
    return undefined;
  }
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function faulty(message: string): Reading<never> {
  return { ok: false, issues: [{ path: "", message }] };
}
