import type { Command } from "commander";
import { defaults } from "../../config/defaults.ts";
import { findConfig, type LoadedConfig, loadConfig } from "../../config/load.ts";
import { resolveConfig } from "../../config/resolve.ts";
import { endpointsOf } from "../../providers/endpoint.ts";
import { type Finding, fail, ok, reasonOf, warn } from "../doctor/finding.ts";
import { reach } from "../doctor/reach.ts";
import { checkStore } from "../doctor/store.ts";
import {
  callLive,
  checkKey,
  checkPackage,
  checkPrices,
  endpointsIn,
  type NamedTarget,
  targetsOf,
} from "../doctor/targets.ts";
import { exitCodes } from "../exit-codes.ts";
import { type StoreOptions, shortPath, storeOf, withStoreOptions } from "../find-store.ts";
import { nodeFault } from "../node-version.ts";
import { jsonLine, multiLine } from "../output/clean.ts";
import { counted } from "../output/format.ts";
import { paint, print } from "../output/terminal.ts";

interface DoctorOptions extends StoreOptions {
  readonly live?: true;
  readonly json?: true;
}

const examples = `
It looks at Node, the config, each provider's package, key and address, and the store. Nothing is
written, and no key is shown. With something broken it ends with exit code 1; warnings do not count.

Examples:
  seam doctor
  seam doctor --live                   also one tiny real call to each model, which costs a little
  seam doctor --json | jq 'select(.status == "fail")'`;

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("Check that calls can work, and say what to do if not.");
  withStoreOptions(command)
    .option("--live", "send one tiny real call to each model")
    .option("--json", "one JSON object a line: status, check, detail, advice")
    .addHelpText("after", examples)
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const write = options.json ? jsonLine : textOf;
  let failures = 0;
  for await (const finding of examine(options)) {
    if (finding.status === "fail") failures++;
    print(write(finding));
  }
  if (failures > 0) process.exitCode = exitCodes.failed;
  if (!options.json) print(`\n${verdict(failures)}`);
}

function verdict(failures: number): string {
  if (failures === 0) return paint("green", "Nothing is broken.");
  return paint("red", failures === 1 ? "One thing is broken." : `${failures} things are broken.`);
}

const marks = {
  ok: ["green", "ok  "],
  warn: ["yellow", "warn"],
  fail: ["red", "FAIL"],
} as const;

function textOf({ status, check, detail, advice }: Finding): string {
  const [style, mark] = marks[status];
  const lines = [`${paint(style, mark)}  ${multiLine(check)}: ${multiLine(detail)}`];
  if (advice !== null) lines.push(`      ${multiLine(advice)}`);
  return lines.join("\n");
}

async function* examine(options: DoctorOptions): AsyncGenerator<Finding, void, void> {
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
  try {
    loaded = await loadConfig(file);
    targets = targetsIn(loaded);
  } catch (error) {
    yield fail("config", reasonOf(error), `Mend ${shortPath(file)}.`);
    return;
  }
  yield ok(
    "config",
    `${shortPath(loaded.path)}: ${counted(Object.keys(loaded.config.tasks).length, "task")}, ${counted(targets.length, "model")}`,
  );
  yield* examineTargets(targets, loaded, options.live === true);
  yield* await examineStore(options, loaded);
}

function checkNode(): Finding {
  const { node } = process.versions;
  const fault = nodeFault(node);
  return fault === undefined ? ok("node", node) : fail("node", fault, "Install a newer Node.");
}

function targetsIn({ config }: LoadedConfig): NamedTarget[] {
  const { tasks } = resolveConfig(config);
  return targetsOf(config, tasks, endpointsOf(config.providers ?? {}, process.env));
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
  if (options.store !== undefined) return checkStore(options.store);
  const store = config.store ?? defaults.store;
  if (store !== false && store !== ":memory:") return checkStore(storeOf(store, path));
  const advice = "Set `store` to a file to keep events and cached answers.";
  return [warn("store", `off (${JSON.stringify(store)}): nothing is kept`, advice)];
}
