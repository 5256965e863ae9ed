import type { Command } from "commander";
import { findStore, type StoreOptions, withStoreOptions } from "../find-store.ts";
import { jsonLine } from "../output/clean.ts";
import { renderRun } from "../output/run-tree.ts";
import { print } from "../output/terminal.ts";
import { readRun } from "../read-run.ts";

interface TraceOptions extends StoreOptions {
  readonly full?: true;
  readonly json?: true;
}

const examples = `
A line is a call: a step of the model, a tool with its arguments, or a call that a tool made.
AT counts from the beginning of the run, or of its part after a pause.

Examples:
  seam agent trace 01k8zq4mbtc7e2h5x9va
  seam agent trace 01k8zq4mb            the beginning of the id, as much as it takes
  seam agent trace 01k8zq4mb --full     with what models said, tools were given, and gave back
  seam agent trace 01k8zq4mb --json | jq .totals`;

export function addAgent(program: Command): void {
  const agent = program
    .command("agent")
    .description("See what agents did.")
    .addHelpText("after", "\nExamples:\n  seam agent trace 01k8zq4mb");
  const trace = agent
    .command("trace")
    .description("Show a run as a tree: times, tokens, cost, and what stopped its tools.")
    .argument("<id>", "of the run or of any call in it, or the beginning of one");
  withStoreOptions(trace)
    .option("--full", "arguments, results and answers, whole")
    .option("--json", "one JSON object: the parts of the run, their calls in `calls`, the totals")
    .addHelpText("after", examples)
    .action(show);
}

async function show(id: string, options: TraceOptions): Promise<void> {
  const { path } = await findStore(options);
  const { openEvents } = await import("../../events.ts");
  using events = openEvents(path);
  const run = await readRun(events, id);
  print(options.json ? jsonLine(run) : renderRun(run, { full: options.full ?? false }));
}
