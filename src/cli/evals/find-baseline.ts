import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "../../errors.ts";
import { type Baseline, baselineOf } from "../../evals/baseline/baseline.ts";
import { readBaseline } from "../../evals/baseline/file.ts";
import { rowsOfSuite } from "../../evals/run/run-file.ts";
import type { LoadedSuite } from "../../evals/suite/load.ts";
import type { EvalRunRecord } from "../../state/eval-history.ts";
import { shortPath } from "../find-store.ts";
import { openEvalHistory } from "../open-eval-history.ts";
import type { Project } from "./project.ts";

/** The file beside the eval file that a suite is compared with where nothing else is said. */
export function committedBaseline({ suite, file }: LoadedSuite): string {
  return join(dirname(file), `${suite.name}.baseline.jsonl`);
}

/**
 * What a suite is compared with: a file, the last run that ended, a run or a commit, or else what was accepted. `undefined`
 * where nothing was, and for `last` where this is the first run.
 *
 * @throws ConfigError where what is named is not there
 */
export async function findBaseline(
  loaded: LoadedSuite,
  project: Project,
  named: string | undefined,
): Promise<Baseline | undefined> {
  const { name } = loaded.suite;
  if (named === undefined) {
    const path = committedBaseline(loaded);
    const accepted = (await isFile(path)) ? await readBaseline(path, name) : undefined;
    return accepted && { ...accepted, from: shortPath(path) };
  }
  if (await isFile(resolve(named))) return await readBaseline(resolve(named), name);
  const found = await fromHistory(project, name, named);
  if (found !== undefined) return await baselineOf(rowsOfSuite(found.file, name), wordsFor(found));
  if (named === "last") return undefined;
  throw new ConfigError({
    summary: `No run of ${JSON.stringify(name)} is found by --baseline ${named}`,
    advice: `Name a file, the id of a run, its commit, or \`last\`; \`seam eval history ${name}\` shows the runs.`,
  });
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

async function fromHistory(
  { store }: Project,
  suite: string,
  named: string,
): Promise<EvalRunRecord | undefined> {
  if (store === undefined || !(await isFile(store))) return undefined;
  using history = openEvalHistory(store);
  if (named !== "last") return await history.find(suite, named);
  const runs = await history.list(suite);
  return runs.findLast(({ reason }) => reason === "done");
}

function wordsFor({ run, commit }: EvalRunRecord): string {
  return commit === null ? `the run ${run}` : `the run ${run} at ${commit.slice(0, 10)}`;
}
