import { defaults } from "../../config/defaults.ts";
import { findConfig, type LoadedConfig, loadConfig } from "../../config/load.ts";
import { type Resolved, resolveConfig } from "../../config/resolve.ts";
import { storeOf } from "../../config/store-of.ts";
import { endpointNames, endpointOf } from "../../providers/endpoint.ts";
import { type StoreOptions, shortPath } from "../find-store.ts";
import { nodeFault } from "../node-version.ts";
import { counted } from "../output/format.ts";
import { type Finding, fail, ok, reasonOf, warn } from "./finding.ts";
import { reach } from "./reach.ts";
import { checkRetries } from "./retries.ts";
import { checkStore } from "./store.ts";
import {
  callLive,
  checkKey,
  checkPackage,
  checkPrices,
  endpointsIn,
  type NamedTarget,
  targetsOf,
} from "./targets.ts";

export interface ExamineOptions extends StoreOptions {
  /** Also sends one tiny real call to each model. */
  readonly live?: true;
}

/** Every check in order, each as soon as it is done. */
export async function* examine(options: ExamineOptions): AsyncGenerator<Finding, void, void> {
  yield checkNode();
  const file = options.config ?? findConfig(process.cwd());
  if (file === undefined) {
    yield fail(
      "config",
      "no seam.config.ts here or in a folder above",
      "Run `seam init`, or name it with --config.",
    );
    return;
  }
  let loaded: LoadedConfig;
  let targets: NamedTarget[];
  let tasks: Resolved["tasks"];
  try {
    loaded = await loadConfig(file);
    ({ tasks } = resolveConfig(loaded.config));
    targets = targetsIn(loaded, tasks);
  } catch (error) {
    yield fail("config", reasonOf(error), `Mend ${shortPath(file)}.`);
    return;
  }
  yield ok(
    "config",
    `${shortPath(loaded.path)}: ${counted(Object.keys(loaded.config.tasks).length, "task")}, ${counted(targets.length, "model")}`,
  );
  yield* checkRetries(tasks.values());
  yield* examineTargets(targets, loaded, options.live === true);
  yield* await examineStore(options, loaded);
}

function checkNode(): Finding {
  const { node } = process.versions;
  const fault = nodeFault(node);
  return fault === undefined ? ok("node", node) : fail("node", fault, "Install a newer Node.");
}

function targetsIn({ config }: LoadedConfig, tasks: Resolved["tasks"]): NamedTarget[] {
  const { providers = {} } = config;
  const endpoints = new Map(
    endpointNames(providers).map((name) => [
      name,
      endpointOf(name, providers[name] ?? {}, process.env),
    ]),
  );
  return targetsOf(config, tasks, endpoints);
}

async function* examineTargets(
  targets: readonly NamedTarget[],
  { config }: LoadedConfig,
  isLive: boolean,
): AsyncGenerator<Finding, void, void> {
  for (const endpoint of endpointsIn(targets)) {
    yield await checkPackage(endpoint);
    yield checkKey(endpoint);
    yield await reach(endpoint);
  }
  yield checkPrices(targets);
  if (!isLive) return;
  for (const target of targets) yield await callLive(target, config);
}

async function examineStore(
  options: StoreOptions,
  { path, config }: LoadedConfig,
): Promise<Finding[]> {
  const { retentionMs } = resolveConfig(config);
  if (options.store !== undefined) return checkStore(options.store, retentionMs);
  const store = config.store ?? defaults.store;
  if (store !== false && store !== ":memory:") return checkStore(storeOf(store, path), retentionMs);
  const advice = "Set `store` to a file to keep events and cached answers.";
  return [warn("store", `off (${JSON.stringify(store)}): nothing is kept`, advice)];
}
