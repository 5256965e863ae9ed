import type { JSONSchema7 } from "@ai-sdk/provider";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { jsonrepair } from "jsonrepair";
import { canonical } from "../../call/canonical.ts";
import { InvalidRequest, type OutputIssue } from "../../errors.ts";
import { findJson } from "./find-json.ts";
import { closeObjects, jsonSchemaOf, wrapRoot } from "./json-schema.ts";
import { isSafeToRepair } from "./repairable.ts";

/** A value that fits, or everything that is wrong with it. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly OutputIssue[] };

/** A schema, ready to ask with and to read with. */
export interface OutputFormat<T> {
  /** What the provider is given; `undefined` when the schema's library cannot tell. */
  readonly jsonSchema: JSONSchema7 | undefined;
  /** Reads an answer: strictly first, then through fences, prose and small faults; validates in the end. */
  read(text: string): Promise<Reading<T>>;
  /** What can be shown of an unfinished value: taken out of the object it travels in, once it is there. */
  unwrapPartial(value: unknown): unknown;
}

const known = new WeakMap<StandardSchemaV1, Promise<OutputFormat<unknown>>>();

/** The format of a schema, made once for each schema object. */
export function formatOf<Schema extends StandardSchemaV1>(
  schema: Schema,
  jsonSchema: JSONSchema7 | undefined,
): Promise<OutputFormat<StandardSchemaV1.InferOutput<Schema>>> {
  if (!isStandardSchema(schema)) {
    const advice = "expected a schema of Zod, Valibot, ArkType or another Standard Schema library";
    return Promise.reject(new InvalidRequest(`\`schema\` is no Standard Schema: ${advice}`));
  }
  type Format = OutputFormat<StandardSchemaV1.InferOutput<Schema>>;
  if (jsonSchema !== undefined) return Promise.resolve(makeFormat(schema, jsonSchema) as Format);
  let format = known.get(schema);
  if (format === undefined) {
    format = jsonSchemaOf(schema).then((found) => makeFormat(schema, found));
    format.catch(() => known.delete(schema));
    known.set(schema, format);
  }
  return format;
}

/** The types say so already; JavaScript callers and `any` slip past them. */
function isStandardSchema(schema: unknown): boolean {
  if ((typeof schema !== "object" && typeof schema !== "function") || schema === null) return false;
  return "~standard" in schema;
}

function makeFormat(
  schema: StandardSchemaV1,
  jsonSchema: JSONSchema7 | undefined,
): OutputFormat<unknown> {
  const isWrapped = jsonSchema !== undefined && jsonSchema.type !== "object";
  const unwrap = (value: unknown): unknown =>
    isWrapped && isRecord(value) && "value" in value ? value["value"] : value;
  const validate = (value: unknown): Promise<Reading<unknown>> => check(schema, unwrap(value));
  return {
    jsonSchema: jsonSchema && closeObjects(isWrapped ? wrapRoot(jsonSchema) : jsonSchema),
    unwrapPartial: (value) =>
      isWrapped && isRecord(value) && Object.keys(value).length === 0 ? undefined : unwrap(value),
    read: async (text) => {
      const strict = parse(text);
      return strict === undefined ? readTolerantly(text, validate) : validate(strict.value);
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

async function check(schema: StandardSchemaV1, value: unknown): Promise<Reading<unknown>> {
  const result = await validated(schema, value);
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, issues: result.issues.map(toIssue) };
}

/** A refinement or transform of the team's own that throws is a fault of the schema, not of the answer. */
async function validated(
  schema: StandardSchemaV1,
  value: unknown,
): Promise<StandardSchemaV1.Result<unknown>> {
  try {
    return await schema["~standard"].validate(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidRequest(`The schema failed while it validated an answer: ${reason}`, {
      cause,
    });
  }
}

function toIssue({ message, path }: StandardSchemaV1.Issue): OutputIssue {
  const keys = (path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return { path: keys.join("."), message };
}

function faulty(message: string): Reading<never> {
  return { ok: false, issues: [{ path: "", message }] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
