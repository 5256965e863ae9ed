import { createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { ConfigError } from "../../errors.ts";
import { SentPrompts } from "../../evals/lock/exercise.ts";
import type { RunStart } from "../../evals/run/records.ts";
import { readRows, rowsOfSuite } from "../../evals/run/run-file.ts";
import { type LoadedSuite, loadSuites } from "../../evals/suite/load.ts";
import { newId } from "../../util/id.ts";
import { writeReports } from "../output/eval/files.ts";
import { note } from "../output/terminal.ts";
import { type Concluded, conclude, worstOf } from "./conclude.ts";
import { findBaseline } from "./find-baseline.ts";
import type { ConcludeOptions } from "./options.ts";
import { openProject, type Project, runPath } from "./project.ts";

interface ShardFile {
  readonly path: string;
  readonly start: RunStart;
}

/** Judges suites whose shards are in files, and resolves with the exit code. */
export async function mergeShards(
  files: readonly string[],
  options: ConcludeOptions,
  signal: AbortSignal,
): Promise<number> {
  const shards = (
    await Promise.all([...new Set(files.map((file) => resolve(file)))].map(shardsIn))
  ).flat();
  const bySuite = Map.groupBy(shards, ({ start }) => start.suite);
  for (const [suite, ofSuite] of bySuite) checkTogether(suite, ofSuite);
  const project = await openProject(options);
  const loaded = await suitesOf(shards, project);
  const concluded: Concluded[] = [];
  for (const [name, ofSuite] of bySuite) {
    const suite = loaded.find((each) => each.suite.name === name);
    if (suite === undefined) throw gone(name, ofSuite);
    const baseline = await findBaseline(suite, project, options.baseline);
    const run = { path: await joined(name, ofSuite, project), baseline };
    const sent = new SentPrompts();
    concluded.push(await conclude(suite, run, project, { ...options, sent, signal }));
  }
  await writeReports(options, concluded);
  return worstOf(concluded.map(({ code }) => code));
}

async function shardsIn(path: string): Promise<ShardFile[]> {
  const found: ShardFile[] = [];
  for await (const row of readRows(path)) if (row.type === "run") found.push({ path, start: row });
  return found;
}

/** Throws ConfigError unless the shards are all of one run, and each is there once. */
function checkTogether(suite: string, shards: readonly ShardFile[]): void {
  const of = Math.max(...shards.map(({ start }) => start.shard?.of ?? 1));
  const faults = [...partsMissing(shards, of), ...misfits(shards, of)];
  if (faults.length === 0) return;
  throw new ConfigError({
    summary: `The files hold no whole run of ${JSON.stringify(suite)}: ${faults.join("; ")}`,
    advice: "Give the file of every shard once, all made with the same options at the same commit.",
  });
}

function partsMissing(shards: readonly ShardFile[], of: number): string[] {
  return Array.from({ length: of }, (_, at) => at + 1).flatMap((index) => {
    const paths = shards
      .filter(({ start }) => (start.shard?.index ?? 1) === index)
      .map(({ path }) => path);
    if (paths.length === 0) return [`shard ${index} of ${of} is missing`];
    return paths.length === 1
      ? []
      : [`shard ${index} of ${of} is there ${paths.length} times: ${paths.join(", ")}`];
  });
}

function misfits(shards: readonly ShardFile[], of: number): string[] {
  const shapeOf = ({ trials, filter, metrics, commit }: RunStart): string =>
    JSON.stringify([trials, filter, metrics, commit]);
  const [first] = shards;
  return shards.flatMap(({ path, start }) => {
    if ((start.shard?.of ?? 1) !== of)
      return [`${path} is one of ${start.shard?.of ?? 1} parts, not of ${of}`];
    if (first === undefined || shapeOf(start) === shapeOf(first.start)) return [];
    return [
      `${path} was made with another commit, other trials, scorers or filter than ${first.path}`,
    ];
  });
}

async function suitesOf(shards: readonly ShardFile[], project: Project): Promise<LoadedSuite[]> {
  const files = new Set(shards.map(({ start }) => resolve(project.folder, start.file)));
  return await loadSuites([...files].sort());
}

function gone(name: string, shards: readonly ShardFile[]): ConfigError {
  return new ConfigError({
    summary: `There is no suite ${JSON.stringify(name)} any more in ${shards.map(({ start }) => start.file)[0]}`,
    advice: "Merge at the commit that the shards were run at.",
  });
}

/** One file of all shards, as a run that was made at once would have left it. */
async function joined(
  suite: string,
  shards: readonly ShardFile[],
  project: Project,
): Promise<string> {
  const ordered = shards.toSorted(
    (a, b) => (a.start.shard?.index ?? 1) - (b.start.shard?.index ?? 1),
  );
  const path = runPath(project, `${ordered[0]?.start.run}-merged`);
  const made = `${path}.${newId()}`;
  await mkdir(project.runs, { recursive: true });
  await pipeline(async function* () {
    // Several shards may stand in one file: it may be the one that an earlier merge has left here.
    for (const from of new Set(ordered.map((shard) => shard.path))) {
      for await (const row of rowsOfSuite(from, suite)) yield `${JSON.stringify(row)}\n`;
    }
  }, createWriteStream(made));
  await rename(made, path);
  note(`${suite}: ${shards.length} shards`);
  return path;
}
