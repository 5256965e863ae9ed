import { open } from "node:fs/promises";
import { z } from "zod";
import { readCommitted, writeCommitted } from "../committed-file.ts";
import type { RunRow } from "../run/records.ts";
import { readRows, rowsOfSuite } from "../run/run-file.ts";
import { type Baseline, type BaselineCase, baselineOf } from "./baseline.ts";

const headerSchema = z.object({
  type: z.literal("baseline"),
  format: z.literal(1),
  suite: z.string(),
  run: z.string(),
  commit: z.string().nullable(),
  startedAt: z.iso.datetime(),
  metrics: z.array(z.string()),
});

const caseSchema = z.object({
  case: z.string(),
  hash: z.string(),
  cluster: z.string().nullable().default(null),
  scores: z.record(z.string(), z.array(z.number().min(0).max(1)).min(1)),
  output: z.unknown(),
  error: z
    .object({ kind: z.enum(["feature", "untried"]), code: z.string(), message: z.string() })
    .nullable()
    .default(null),
  latencyMs: z.number().nullable().default(null),
  costUsd: z.number().nullable().default(null),
  tokens: z.number().nullable().default(null),
});

const file = {
  name: "baseline",
  writtenBy: "seam eval --accept",
  head: headerSchema,
  row: caseSchema,
};

/**
 * Writes what a run is compared with from now on: a line for the run, and one for each case, sorted by their ids, so that
 * Git shows what has changed and merges what does not touch.
 *
 * @throws ConfigError where the file cannot be written.
 */
export async function writeBaseline(path: string, rows: AsyncIterable<RunRow>): Promise<void> {
  const { suite, run, commit, startedAt, metrics, cases } = await baselineOf(rows, path);
  const header = {
    type: "baseline",
    format: 1,
    suite,
    run,
    commit,
    startedAt: new Date(startedAt),
    metrics,
  };
  await writeCommitted(path, file, [header, ...[...cases].map(([id, each]) => lineOf(id, each))]);
}

/** What is not there takes no room. */
function lineOf(id: string, each: BaselineCase): object {
  const { hash, cluster, scores, output, error, latencyMs, costUsd, tokens } = each;
  return {
    case: id,
    hash,
    ...(cluster === null ? {} : { cluster }),
    scores: Object.fromEntries(scores),
    output,
    ...(error === null ? {} : { error }),
    ...(latencyMs === null ? {} : { latencyMs }),
    ...(costUsd === null ? {} : { costUsd }),
    ...(tokens === null ? {} : { tokens }),
  };
}

/**
 * Reads what {@link writeBaseline} has written, or the file of a run, which may hold those of other suites, too;
 * `undefined` where it holds none of this suite.
 *
 * @throws ConfigError which names the line that is none, e.g. one that Git has left between two versions.
 */
export async function readBaseline(path: string, suite: string): Promise<Baseline | undefined> {
  if (await isRun(path)) {
    return (await hasSuite(path, suite)) ? baselineOf(rowsOfSuite(path, suite), path) : undefined;
  }
  const { head, rows } = await readCommitted(path, file);
  if (head.suite !== suite) return undefined;
  const cases = [...rows].map(([id, { case: _, scores, ...rest }]): [string, BaselineCase] => [
    id,
    { ...rest, scores: new Map(Object.entries(scores)) },
  ]);
  const { run, commit, startedAt, metrics } = head;
  return {
    from: path,
    suite,
    run,
    commit,
    startedAt: Date.parse(startedAt),
    metrics,
    cases: new Map(cases),
  };
}

async function isRun(path: string): Promise<boolean> {
  const run = '{"type":"run"';
  try {
    await using file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(run.length), 0, run.length, 0);
    return buffer.toString() === run;
  } catch {
    // Who reads it next says why it cannot be read.
    return false;
  }
}

async function hasSuite(path: string, suite: string): Promise<boolean> {
  for await (const row of readRows(path)) {
    if (row.type === "run" && row.suite === suite) return true;
  }
  return false;
}
