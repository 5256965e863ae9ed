import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../../errors.ts";
import type { RunEnd, RunStart, TrialRecord } from "../../evals/run/records.ts";
import { readRows } from "../../evals/run/run-file.ts";
import type { LoadedSuite } from "../../evals/suite/load.ts";
import { note } from "../output/terminal.ts";
import { type Project, runPath } from "./project.ts";

/** A run that broke off, or was stopped. */
export interface Unfinished {
  readonly path: string;
  readonly start: RunStart;
}

/**
 * The run of a suite to go on with: the one that is named, or its newest; `undefined` where it has ended with every trial, or
 * there is none.
 */
export async function unfinishedRun(
  project: Project,
  suite: string,
  named: string | true,
): Promise<Unfinished | undefined> {
  const found =
    named === true ? await newestRun(project, suite) : await outlineOf(runPath(project, named));
  if (found?.start.suite === suite && found.end?.reason !== "done") return found;
  note(
    `There is no run of ${suite} to go on with: it is run anew, and what was answered before is in the cache.`,
  );
  return undefined;
}

/**
 * The suites that `--resume` means: all, or that of the named run.
 *
 * @throws ConfigError for a run that is not there, or whose suite is not
 */
export async function resumable(
  suites: readonly LoadedSuite[],
  project: Project,
  named: string | true | undefined,
): Promise<readonly LoadedSuite[]> {
  if (named === undefined || named === true) return suites;
  const { start } = await outlineOf(runPath(project, named));
  const own = suites.filter(({ suite }) => suite.name === start.suite);
  if (own.length > 0) return own;
  throw new ConfigError({
    summary: `The run ${named} is one of ${JSON.stringify(start.suite)}, which is not among the suites found`,
    advice: `Name its file: seam eval ${start.file} --resume ${named}`,
  });
}

interface Outline extends Unfinished {
  readonly end: RunEnd | null;
}

async function newestRun(project: Project, suite: string): Promise<Outline | undefined> {
  const names = await readdir(project.runs).catch(() => []);
  // Ids sort by when they were made.
  for (const name of names
    .filter((each) => each.endsWith(".jsonl"))
    .sort()
    .reverse()) {
    const path = join(project.runs, name);
    const start = await startOf(path);
    if (start?.suite === suite) return await outlineOf(path);
  }
  return undefined;
}

/** `undefined` for what is no file of a run: others may lie there, or one that was killed at its first line. */
async function startOf(path: string): Promise<RunStart | undefined> {
  try {
    for await (const row of readRows(path)) return row.type === "run" ? row : undefined;
  } catch {
    return undefined;
  }
  return undefined;
}

async function outlineOf(path: string): Promise<Outline> {
  let start: RunStart | undefined;
  let end: RunEnd | null = null;
  for await (const row of readRows(path)) {
    if (row.type === "run") start ??= row;
    if (row.type === "end") end = row;
  }
  if (start !== undefined) return { path, start, end };
  throw new ConfigError({
    summary: `${path} holds no run`,
    advice: "Name the id of another run, or run the suite anew.",
  });
}

/** The trials of a run that need not be run again: those that could be tried. */
export async function* triedTrials({ path }: Unfinished): AsyncGenerator<TrialRecord> {
  for await (const row of readRows(path)) {
    if (row.type === "trial" && row.error?.kind !== "untried") yield row;
  }
}

/** What must be the same for the trials of both to be of one run; throws ConfigError where it is not. */
export function checkResumable({ start }: Unfinished, now: RunStart): void {
  const shapeOf = ({ trials, shard, filter, metrics }: RunStart): string =>
    JSON.stringify([trials, shard, filter, metrics]);
  if (shapeOf(start) === shapeOf(now)) return;
  throw new ConfigError({
    summary: `The run ${start.run} of ${JSON.stringify(start.suite)} was made otherwise: with other trials, scorers, --filter or --shard`,
    advice:
      "Repeat the options of that run, or run the suite anew: what was answered then is in the cache.",
  });
}
