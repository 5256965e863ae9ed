import { dirname, join, relative, resolve, sep } from "node:path";
import { defaults } from "../../config/defaults.ts";
import { findConfig, type LoadedConfig, loadConfig } from "../../config/load.ts";
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
  /** What OpenTelemetry is told of scores; `undefined`: nothing. */
  readonly telemetry: { readonly content: boolean } | undefined;
}

export async function openProject(options: StoreOptions): Promise<Project> {
  const file = options.config ?? findConfig(process.cwd());
  const folder = file === undefined ? process.cwd() : dirname(resolve(file));
  const loaded = file === undefined ? undefined : await loadConfig(file);
  const store = storeFor(options, loaded);
  const runs = join(dirname(store ?? resolve(folder, defaults.store)), "evals");
  const telemetry = telemetryFor(loaded?.config);
  return { folder, store, runs, code: await commitAt(folder), telemetry };
}

function storeFor({ store }: StoreOptions, loaded: LoadedConfig | undefined): string | undefined {
  if (store !== undefined) return resolve(store);
  if (loaded === undefined) return resolve(defaults.store);
  const named = loaded.config.store ?? defaults.store;
  return named === false || named === ":memory:" ? undefined : storeOf(named, loaded.path);
}

function telemetryFor(config: LoadedConfig["config"] | undefined): Project["telemetry"] {
  if (config?.telemetry === false) return undefined;
  return { content: config?.telemetry?.content ?? defaults.telemetry.content };
}

/** As runs name eval files: from the project's folder, and the same on any system. */
export function nameInProject(project: Project, file: string): string {
  return relative(project.folder, file).split(sep).join("/");
}

export function runPath(project: Project, run: string): string {
  return join(project.runs, `${run}.jsonl`);
}
