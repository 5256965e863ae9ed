import type { Command } from "commander";
import { findStore, type StoreOptions, withStoreOptions } from "../find-store.ts";
import { renderCall } from "../output/call.ts";
import { jsonLine } from "../output/clean.ts";
import { print } from "../output/terminal.ts";
import { readCall } from "../read-call.ts";

interface ShowOptions extends StoreOptions {
  readonly json?: true;
}

const examples = `
Examples:
  seam calls show 01k8zq4mbtc7e2h5x9va
  seam calls show 01k8zq4mb            the beginning of the id, as much as it takes
  seam calls show 01k8zq4mb --json | jq .prompt`;

export function addShow(calls: Command): void {
  const command = calls
    .command("show")
    .description("Show one call: prompt, response, and its attempts on a timeline.")
    .argument("<id>", "its id, or the beginning of it");
  withStoreOptions(command)
    .option("--json", "one JSON object, with its children in `calls` and its `scores`")
    .addHelpText("after", examples)
    .action(show);
}

async function show(id: string, options: ShowOptions): Promise<void> {
  const { path } = await findStore(options);
  const { openEvents } = await import("../../events.ts");
  using events = openEvents(path);
  const { call, children } = await readCall(events, id);
  const scores = await events.scores(call.id);
  const all = { ...call, calls: children, scores };
  print(options.json ? jsonLine(all) : renderCall(call, children, scores));
}
