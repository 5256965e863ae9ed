import { hash } from "node:crypto";
import { SeamError } from "../../call/seam-error.ts";
import { ConfigError } from "../../errors.ts";
import type { Shard } from "../run/records.ts";
import { type CaseRow, caseOf, type EvalCase } from "./case.ts";
import type { ReadFrom } from "./define-eval.ts";
import type { Suite } from "./suite.ts";

/** Which cases of a suite are run. */
export interface Selection {
  /** What `suite/case id` holds, or matches. */
  readonly filter?: string | RegExp | undefined;
  readonly shard?: Shard | undefined;
  /** The first ones, at most so many. */
  readonly sample?: number | undefined;
}

export interface OpenCases {
  /** `null`: not known before all are read. */
  readonly total: number | null;
  readonly cases: AsyncIterable<EvalCase> | Iterable<EvalCase>;
}

/** The cases of a suite that are selected, read as they are needed; a list is checked before the first one is run. */
export async function openCases(
  suite: Suite,
  selection: Selection,
  from: ReadFrom,
): Promise<OpenCases> {
  const rows = await rowsOf(suite, from);
  const cases = read(rows, suite, selection);
  if (!Array.isArray(rows)) return { total: null, cases };
  const listed: EvalCase[] = [];
  for await (const found of cases) listed.push(found);
  return { total: listed.length, cases: listed };
}

type AnyRows = Iterable<unknown> | AsyncIterable<unknown>;

async function rowsOf(suite: Suite, from: ReadFrom): Promise<AnyRows> {
  const { data } = suite;
  try {
    const rows: unknown =
      "read" in data ? data.read(from) : typeof data === "function" ? await data() : data;
    if (isIterable(rows)) return rows;
  } catch (error) {
    throw unreadable(suite, error);
  }
  throw unreadable(suite, new TypeError("`data` gives nothing that can be gone through"));
}

function isIterable(value: unknown): value is AnyRows {
  if (typeof value !== "object" || value === null) return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

async function* read(
  rows: AnyRows,
  suite: Suite,
  { filter, shard, sample = Number.POSITIVE_INFINITY }: Selection,
): AsyncGenerator<EvalCase> {
  const ids = new Set<string>();
  let selected = 0;
  for await (const row of guarded(rows, suite)) {
    const found = checked(row, ids.size + 1, suite);
    if (ids.has(found.id)) throw twice(found.id, suite);
    ids.add(found.id);
    if (filter !== undefined && !matches(filter, `${suite.name}/${found.id}`)) continue;
    if (shard !== undefined && shardOf(found.id, shard.of) !== shard.index) continue;
    if (selected++ === sample) return;
    yield found;
  }
  if (ids.size === 0) throw unreadable(suite, new TypeError("there are no rows"));
}

async function* guarded(rows: AnyRows, suite: Suite): AsyncGenerator<unknown> {
  try {
    yield* rows;
  } catch (error) {
    throw unreadable(suite, error);
  }
}

function matches(filter: string | RegExp, text: string): boolean {
  return typeof filter === "string" ? text.includes(filter) : text.search(filter) !== -1;
}

/** The shard that a case belongs to, from 1: the same on any machine. */
function shardOf(id: string, of: number): number {
  return (Number.parseInt(hash("sha256", id).slice(0, 8), 16) % of) + 1;
}

/** Longer ones are texts, which belong into the input. */
const longestId = 500;

function checked(row: unknown, number: number, suite: Suite): EvalCase {
  const fault = faultOf(row);
  if (fault !== undefined) throw wrongRow(number, suite, fault);
  try {
    return caseOf(row as CaseRow);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw wrongRow(
      number,
      suite,
      `no \`id\` can be made of its \`input\`, so give it one (${why})`,
    );
  }
}

function wrongRow(number: number, suite: Suite, fault: string): ConfigError {
  return new ConfigError({
    summary: `Row ${number} of the suite ${JSON.stringify(suite.name)} is wrong: ${fault}`,
    advice: "A row is { input, id?, expected?, metadata?, critical? }.",
  });
}

function faultOf(row: unknown): string | undefined {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return "it is no object";
  const { id, input, metadata = {}, critical = false } = row as Partial<CaseRow>;
  if (input === undefined) return "it has no `input`";
  if (id !== undefined && (typeof id !== "string" || id === "" || id.length > longestId))
    return `\`id\` is no text of 1 to ${longestId} characters`;
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))
    return "`metadata` is no object";
  return typeof critical === "boolean" ? undefined : "`critical` is neither true nor false";
}

function twice(id: string, { name }: Suite): ConfigError {
  return new ConfigError({
    summary: `Two cases of the suite ${JSON.stringify(name)} have the id ${JSON.stringify(id)}`,
    advice:
      "Give each row an `id` of its own, by which runs are compared. Where none is given it is a hash of the input, so " +
      "one of two rows with the same input can be left out, or needs an id.",
  });
}

function unreadable({ name }: Suite, cause: unknown): SeamError {
  if (SeamError.is(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(
    {
      summary: `The data of the suite ${JSON.stringify(name)} cannot be read: ${reason}`,
      advice: "Mend what `data` reads or returns: rows such as { input, expected }.",
    },
    { cause },
  );
}
