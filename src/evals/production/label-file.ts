import { fingerprintOf } from "../../call/canonical.ts";
import { ConfigError } from "../../errors.ts";
import { isRecord } from "../../patterns/extract/shape.ts";
import { rewriteLines } from "../../util/rewrite-lines.ts";
import { jsonRecords, parsedLine } from "../data/jsonl.ts";
import { readable } from "../data/source.ts";
import type { TrialRecord } from "../run/records.ts";
import { readRows } from "../run/run-file.ts";
import type { LabelValue } from "./answer.ts";

/** An output that a person is to label, as a line of a file: what else the row holds is kept. */
export interface LabelRow {
  readonly id?: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly expected?: unknown;
  readonly review?: unknown;
  readonly human?: Readonly<Record<string, HumanLabel>> | undefined;
}

/** What a person has said by one metric. */
export interface HumanLabel {
  readonly value: LabelValue;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly note?: string;
}

/** What a file holds to be labelled. `cases`: labels are written into it. `run`: beside it, into a file of their own. */
export interface Labellable {
  readonly kind: "cases" | "run";
  /** The suite of a run, and its judges. */
  readonly suite: string | null;
  readonly judges: readonly string[];
  readonly rows: readonly LabelRow[];
}

/** The rows of a file that have an output, but for rejected ones; throws ConfigError where there is none. */
export async function labellable(path: string): Promise<Labellable> {
  const found = (await isRun(path)) ? await rowsOfRun(path) : await rowsOfCases(path);
  if (found.rows.length > 0) return found;
  throw new ConfigError({
    summary: `No row of ${path} has an \`output\` that could be labelled`,
    advice: "Name cases that `seam eval sample` has made, or the file of a run in `.seam/evals/`.",
  });
}

async function isRun(path: string): Promise<boolean> {
  for await (const { record } of readable(path, jsonRecords(path))) {
    return isRecord(record) && record["type"] === "run" && record["format"] !== undefined;
  }
  return false;
}

async function rowsOfCases(path: string): Promise<Labellable> {
  const rows: LabelRow[] = [];
  for await (const { record } of jsonRecords(path)) {
    if (isRecord(record) && isLabelled(record)) rows.push(record);
  }
  return { kind: "cases", suite: null, judges: [], rows };
}

async function rowsOfRun(path: string): Promise<Labellable> {
  const found = { suite: "", judges: [] as string[], rows: [] as LabelRow[] };
  for await (const row of readRows(path)) {
    if (row.type === "trial" && row.error === null) found.rows.push(rowOfTrial(row));
    if (row.type !== "run") continue;
    found.suite = row.suite;
    found.judges = row.metrics.flatMap(({ name, judge }) => (judge === null ? [] : [name]));
  }
  return { kind: "run", ...found };
}

function isLabelled(record: Record<string, unknown>): record is Record<string, unknown> & LabelRow {
  const { output, review } = record;
  return output !== undefined && output !== null && review !== "rejected";
}

/** Several outputs of one case are rows of one id. */
function rowOfTrial(row: TrialRecord): LabelRow & { metadata: unknown } {
  const { case: id, input, output, expected, metadata } = row;
  return { id, input, output, expected, metadata };
}

/** What tells a row from others: an output that comes again has its label already. */
export function keyOf({ id, input, output }: LabelRow): string {
  return fingerprintOf([id, input, output]);
}

/** The keys of the rows of a file that have a label by this metric; none where there is no file. */
export async function labelledKeys(path: string, metric: string): Promise<Set<string>> {
  const keys = new Set<string>();
  try {
    for await (const { record } of jsonRecords(path)) {
      const { human } = record as LabelRow;
      if (isRecord(human) && Object.hasOwn(human, metric)) keys.add(keyOf(record as LabelRow));
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  return keys;
}

/** Changes a row of a file where it stands; one that is not there comes last, where `ifMissing` says so. */
export async function changeRow(
  path: string,
  row: LabelRow,
  change: (row: LabelRow) => LabelRow,
  ifMissing: "add" | "fail",
): Promise<void> {
  const key = keyOf(row);
  await rewriteLines(path, async function* (lines) {
    let found = false;
    for await (const line of lines) {
      const record = line.text.trim() === "" ? undefined : parsedLine(line, path);
      const isIt = isRecord(record) && keyOf(record as unknown as LabelRow) === key;
      found ||= isIt;
      yield isIt ? JSON.stringify(change(record as unknown as LabelRow)) : line;
    }
    if (found) return;
    if (ifMissing === "fail") throw missing(path, row);
    yield JSON.stringify(change(row));
  });
}

/** The row with a label; a case that was open for review has had it then. */
export function withLabel(row: LabelRow, metric: string, label: HumanLabel): LabelRow {
  const human = Object.fromEntries([...Object.entries(row.human ?? {}), [metric, label]]);
  return { ...row, ...(row.review !== undefined && { review: "done" }), human };
}

function missing(path: string, { id }: LabelRow): ConfigError {
  return new ConfigError({
    summary: `Case ${JSON.stringify(id ?? null)} is no longer in ${path}, or has another output`,
    advice: "Somebody has changed the file: start again.",
  });
}
