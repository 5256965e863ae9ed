import { open, readFile } from "node:fs/promises";
import { z } from "zod";
import { ConfigError } from "../../errors.ts";
import { rewriteLines } from "../../util/rewrite-lines.ts";
import type { RunRow } from "../run/records.ts";
import { readRows, rowsOfSuite } from "../run/run-file.ts";
import { messageOf } from "../run/trial-error.ts";
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
  const lines = [...cases].map(([id, each]) => JSON.stringify(lineOf(id, each)));
  try {
    await rewriteLines(path, async function* () {
      yield* [JSON.stringify(header), ...lines];
    });
  } catch (cause) {
    throw new ConfigError(
      {
        summary: `The baseline cannot be written to ${path}: ${messageOf(cause)}`,
        advice: "Make its folder writable.",
      },
      { cause },
    );
  }
}

/** What is not there takes no room. */
function lineOf(id: string, each: BaselineCase): unknown {
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
  let header: z.infer<typeof headerSchema> | undefined;
  const cases = new Map<string, BaselineCase>();
  for (const [index, line] of (await textOf(path)).split("\n").entries()) {
    if (line.trim() === "") continue;
    const at = `${path}, line ${index + 1}`;
    if (header === undefined) {
      header = parsed(headerSchema, line, at);
      continue;
    }
    const { case: id, scores, ...rest } = parsed(caseSchema, line, at);
    if (cases.has(id)) throw unusable(`${at} is the second one of the case ${JSON.stringify(id)}`);
    cases.set(id, { ...rest, scores: new Map(Object.entries(scores)) });
  }
  if (header === undefined) throw unusable(`The baseline ${path} is empty`);
  if (header.suite !== suite) return undefined;
  const { run, commit, startedAt, metrics } = header;
  return {
    from: path,
    suite,
    run,
    commit,
    startedAt: Date.parse(startedAt),
    metrics,
    cases,
  };
}

async function isRun(path: string): Promise<boolean> {
  const run = '{"type":"run"';
  try {
    await using file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(run.length), 0, run.length, 0);
    return buffer.toString() === run;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function hasSuite(path: string, suite: string): Promise<boolean> {
  for await (const row of readRows(path)) {
    if (row.type === "run" && row.suite === suite) return true;
  }
  return false;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function parsed<Out>(schema: z.ZodType<Out>, line: string, at: string): Out {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const isMerge = /^(<{7}|={7}|>{7}|\|{7})/.test(line);
    throw unusable(
      `${at} ${isMerge ? "is left from a merge that is not finished" : "is no JSON"}`,
      cause,
    );
  }
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw unusable(`${at} is not of a baseline: ${issue?.path.join(".")}: ${issue?.message}`);
}

function unreadable(path: string, cause: unknown): ConfigError {
  return unusable(`The baseline ${path} cannot be read: ${messageOf(cause)}`, cause);
}

function unusable(summary: string, cause?: unknown): ConfigError {
  return new ConfigError(
    { summary, advice: "Mend the file, or write it anew with `seam eval --accept`." },
    { cause },
  );
}
