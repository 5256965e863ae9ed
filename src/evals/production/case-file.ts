import { fingerprintOf } from "../../call/canonical.ts";
import { ConfigError } from "../../errors.ts";
import { isRecord } from "../../patterns/extract/shape.ts";
import type { Line } from "../../util/lines.ts";
import { rewriteLines } from "../../util/rewrite-lines.ts";
import { jsonRecords, parsedLine } from "../data/jsonl.ts";
import { placed } from "../data/source.ts";
import type { RecordedCall } from "./recorded.ts";

/** A call of production as a case that a person is to review. */
export interface ProductionRow {
  /** The id of the call. */
  readonly id: string;
  readonly input: unknown;
  /** What was answered then: what is labelled, and what a good answer may be made of. */
  readonly output: unknown;
  /** The value that an extract has given. */
  readonly expected?: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Becomes `done`, or `rejected`: a rejected row stays, so that its call is not taken again. */
  readonly review: "open" | "done" | "rejected";
}

/** What cases a file has: their ids, and the fingerprints of their inputs with the id that has each. */
export interface KnownCases {
  readonly ids: ReadonlySet<string>;
  readonly inputs: ReadonlyMap<string, string>;
}

/** What became of each row. `same`: another case has the same input. */
export type Added =
  | { readonly kind: "added"; readonly id: string }
  | { readonly kind: "there"; readonly id: string }
  | { readonly kind: "same"; readonly id: string; readonly as: string };

export function productionRow(call: RecordedCall): ProductionRow {
  const { id, messages, output, isValue, error, metadata } = call;
  const isExpected = isValue && error === null;
  // As it will be read again: without members that are undefined.
  const input: unknown = JSON.parse(JSON.stringify(messages));
  return { id, input, output, ...(isExpected && { expected: output }), metadata, review: "open" };
}

/** The cases of a file; none where there is no file. */
export async function knownCases(path: string): Promise<KnownCases> {
  const known = emptyCases();
  try {
    for await (const { line, record } of jsonRecords(path)) note(known, record, `${path}:${line}`);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  return known;
}

/** Adds rows to a file, each case once, and leaves the lines that are there untouched. */
export async function addCases(path: string, rows: readonly ProductionRow[]): Promise<Added[]> {
  const added: Added[] = [];
  await rewriteLines(path, async function* (lines) {
    const known = emptyCases();
    yield* noted(lines, path, known);
    for (const row of rows) {
      const what = whatBecomesOf(row, known);
      added.push(what);
      if (what.kind !== "added") continue;
      note(known, row, path);
      yield JSON.stringify(row);
    }
  });
  return added;
}

async function* noted(
  lines: AsyncIterable<Line>,
  path: string,
  known: MutableCases,
): AsyncGenerator<Line, void, void> {
  for await (const line of lines) {
    const place = `${path}:${line.number}`;
    if (line.text.trim() !== "") note(known, parsedLine(line, path), place);
    yield line;
  }
}

function whatBecomesOf({ id, input }: ProductionRow, known: KnownCases): Added {
  if (known.ids.has(id)) return { kind: "there", id };
  const as = known.inputs.get(fingerprintOf(input));
  return as === undefined ? { kind: "added", id } : { kind: "same", id, as };
}

interface MutableCases extends KnownCases {
  readonly ids: Set<string>;
  readonly inputs: Map<string, string>;
}

function emptyCases(): MutableCases {
  return { ids: new Set(), inputs: new Map() };
}

function note(known: MutableCases, record: unknown, place: string): void {
  if (!isRecord(record)) {
    const advice = "Name a file of cases, or a new one.";
    throw placed(place, new ConfigError({ summary: "It is no case", advice }));
  }
  const { id, input } = record;
  const print = fingerprintOf(input);
  const name = typeof id === "string" || typeof id === "number" ? String(id) : print.slice(0, 16);
  known.ids.add(name);
  known.inputs.set(print, name);
}
