import { dirname, join, relative, resolve, sep } from "node:path";
import { defaults } from "../../config/defaults.ts";
import { findConfig, loadConfig } from "../../config/load.ts";
import { storeOf } from "../../config/store-of.ts";
import type { RunStart } from "../../evals/run/records.ts";
import type { StoreOptions } from "../find-store.ts";
import { commitAt } from "./commit.ts";

/** Where evals of a project stand and what they write. */
export interface Project {
  /** That of the config; without one, the working directory. */
  readonly folder: string;
  /** The file of events, which holds the history; `undefined` where nothing is kept on the disk. */
  readonly store: string | undefined;
  /** The folder of the files of runs. */
  readonly runs: string;
  readonly code: Pick<RunStart, "commit" | "branch" | "dirty">;
}

export async function openProject(options: StoreOptions): Promise<Project> {
  const file = options.config ?? findConfig(process.cwd());
  const folder = file === undefined ? process.cwd() : dirname(resolve(file));
  const store = await storeFor(options, file);
  const runs = join(dirname(store ?? resolve(folder, defaults.store)), "evals");
  return { folder, store, runs, code: await commitAt(folder) };
}

async function storeFor(
  { store }: StoreOptions,
  file: string | undefined,
): Promise<string | undefined> {
  if (store !== undefined) return resolve(store);
  if (file === undefined) return resolve(defaults.store);
  const { path, config } = await loadConfig(file);
  const named = config.store ?? defaults.store;
  return named === false || named === ":memory:" ? undefined : storeOf(named, path);
}

/** As runs name eval files: from the project's folder, and the same on any system. */
export function nameInProject(project: Project, file: string): string {
  return relative(project.folder, file).split(sep).join("/");
}

export function runPath(project: Project, run: string): string {
  return join(project.runs, `${run}.jsonl`);
}
