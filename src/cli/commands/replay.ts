import { type Command, InvalidArgumentError } from "commander";
import { findConfig, loadConfig } from "../../config/load.ts";
import type { SeamConfig, Settings } from "../../config/types.ts";
import { ConfigError } from "../../errors.ts";
import { findStore, type StoreOptions, withStoreOptions } from "../find-store.ts";
import { jsonLine, oneLine } from "../output/clean.ts";
import { renderComparison } from "../output/comparison.ts";
import { counted } from "../output/format.ts";
import { note, print } from "../output/terminal.ts";
import { readCall } from "../read-call.ts";
import { untilStopped } from "../until-stopped.ts";

interface ReplayOptions extends StoreOptions {
  readonly model?: string;
  readonly settings?: Settings;
  readonly task?: string;
  readonly json?: true;
}

const examples = `
It is a real call: it costs what it costs, and is recorded as one of its task, with the tag
replay_of. No cache and no rule answers it, no fallback is asked, and no tool is run.

Examples:
  seam calls replay 01k8zq4mb
  seam calls replay 01k8zq4mb --model openai/gpt-5-mini
  seam calls replay 01k8zq4mb --settings '{"temperature":0}' --json | jq .replayed.response`;

export function addReplay(calls: Command): void {
  const command = calls
    .command("replay")
    .description("Send a call again, and show both answers.")
    .argument("<id>", "its id, or the beginning of it");
  withStoreOptions(command)
    .option("--model <provider/model>", "ask this one; default: the one that answered")
    .option("--settings <json>", "settings that win over the recorded ones", settings)
    .option("--task <name>", "send it as a call of this task; default: its own")
    .option("--json", "one JSON object: the two calls, `recorded` and `replayed`")
    .addHelpText("after", examples)
    .action((id: string, options: ReplayOptions) =>
      untilStopped((signal) => replayCall(id, options, signal)),
    );
}

async function replayCall(id: string, options: ReplayOptions, signal: AbortSignal): Promise<void> {
  const { path } = await findStore(options);
  const config = await configOf(options);
  const { openEvents } = await import("../../events.ts");
  const { replay } = await import("../../replay.ts");
  using events = openEvents(path);
  const { call, children } = await readCall(events, id);
  const recorded = call.pattern === "extract" ? (children[0] ?? call) : call;
  if (recorded !== call) {
    note(`${oneLine(call.id)} asked ${counted(children.length, "time")}: the first is sent again.`);
  }
  if ((recorded.prompt.tools ?? []).length > 0) {
    note("Its tools are offered again; what the model wants of them is shown, and not run.");
  }
  const { model, task, settings: given } = options;
  const made = await replay({ ...config, store: path }, recorded, {
    model,
    task,
    settings: given,
    signal,
  });
  const { call: replayed } = await readCall(events, made);
  print(options.json ? jsonLine({ recorded, replayed }) : renderComparison(recorded, replayed));
}

async function configOf(options: StoreOptions): Promise<SeamConfig> {
  const file = options.config ?? findConfig(process.cwd());
  if (file !== undefined) return (await loadConfig(file)).config;
  throw new ConfigError({
    summary: "There is no seam.config.ts here or in a folder above",
    advice: "A call is sent as its task's config says: name the config with --config.",
  });
}

/** Which settings there are is checked with the config. */
function settings(text: string): Settings {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError("Give a JSON object, e.g. '{\"temperature\":0}'.");
}
