import { type Command, Option } from "commander";
import type { CallEvent, EventFilter, EventOrder, EventReader } from "../../events.ts";
import { type FilterOptions, filterOf, wholeNumber, withFilters } from "../filters.ts";
import { findStore, type StoreOptions, shortPath, withStoreOptions } from "../find-store.ts";
import { lockPath } from "../lock-path.ts";
import { callColumns, callLine, headLine } from "../output/calls-table.ts";
import { jsonLine } from "../output/clean.ts";
import { counted } from "../output/format.ts";
import { renderTable } from "../output/table.ts";
import { note, print } from "../output/terminal.ts";
import { untilStopped } from "../until-stopped.ts";
import { addReplay } from "./replay.ts";
import { addShow } from "./show.ts";

interface CallsOptions extends FilterOptions, StoreOptions {
  readonly order?: EventOrder;
  readonly limit?: number;
  readonly children?: true;
  readonly follow?: true;
  readonly unevaluated?: true;
  readonly json?: true;
}

const defaultLimit = { list: 50, follow: 10 } as const;

const examples = `
Examples:
  seam calls --task classify-ticket --since 2h
  seam calls --error any --tag user=ada
  seam calls --text refund --order slowest --limit 5
  seam calls --json | jq 'select(.costUsd > 0.01) | .id'
  seam calls --follow --error any
  seam calls --unevaluated --since 7d
  seam calls show 01k8zq4m`;

export function addCalls(program: Command): void {
  const command = program
    .command("calls")
    .description("List the calls, the newest last.")
    .enablePositionalOptions();
  withStoreOptions(withFilters(command))
    .option(
      "--children",
      "also the calls that were made for other calls, e.g. the asks of an extract",
    )
    .addOption(
      new Option("--order <order>", "which ones are listed, where there are more than the limit")
        .choices(["newest", "oldest", "slowest", "costliest"])
        .conflicts("follow"),
    )
    .option(
      "--limit <count>",
      `at most so many; default: ${defaultLimit.list}, or ${defaultLimit.follow} with --follow`,
      wholeNumber(0, 1_000_000),
    )
    .option(
      "--unevaluated",
      "in production, on prompts that are not in `seam.lock`: no eval covers them",
    )
    .option("--follow", "go on with new ones as they end, until Ctrl-C")
    .option("--json", "one JSON object a line, with everything that is known")
    .addHelpText("after", examples)
    .action(list);
  addShow(command);
  addReplay(command);
}

async function list(options: CallsOptions): Promise<void> {
  const { path, from } = await findStore(options);
  const { openEvents } = await import("../../events.ts");
  using events = openEvents(path);
  if (!options.json) note(`${shortPath(path)} (${from})`);
  const filter = await wanted(options);
  if (options.follow) await untilStopped((signal) => follow(events, { options, filter, signal }));
  else await show(events, options, filter);
  if (options.unevaluated && !options.json) await tellUnknown(events, filter);
}

/** Events of releases that kept no fingerprint say nothing. */
async function tellUnknown(events: EventReader, filter: EventFilter): Promise<void> {
  const { scope: _, ...which } = filter;
  const [all] = await events.stats({ ...which, unevaluated: "unknown", by: [] });
  if (all === undefined || all.calls === 0) return;
  note(`Of ${counted(all.calls, "older call")} it is not known which prompt was sent.`);
}

async function show(
  events: EventReader,
  options: CallsOptions,
  filter: EventFilter,
): Promise<void> {
  const order = options.order ?? "newest";
  const limit = options.limit ?? defaultLimit.list;
  const found = await events.list({ ...filter, order, limit });
  const calls = order === "newest" ? found.reverse() : found;
  if (options.json) for (const call of calls) print(jsonLine(call));
  else if (calls.length === 0) note("No call matches.");
  else print(renderTable(callColumns, calls));
  if (!options.json && calls.length > 0 && calls.length === limit) {
    note(`The limit of ${limit} is reached, so there may be more: --limit.`);
  }
}

async function follow(
  events: EventReader,
  {
    options,
    filter,
    signal,
  }: {
    readonly options: CallsOptions;
    readonly filter: EventFilter;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const last = options.limit ?? defaultLimit.follow;
  const write = options.json ? jsonLine : (call: CallEvent) => callLine(call);
  if (!options.json) print(headLine());
  for await (const call of events.follow(filter, { signal, last })) print(write(call));
}

async function wanted(options: CallsOptions): Promise<EventFilter> {
  const scope = options.children ? "all" : "roots";
  if (!options.unevaluated) return { ...filterOf(options), scope };
  const path = lockPath(options.config);
  const { readLock } = await import("../../evals/lock/file.ts");
  const lock = await readLock(path);
  const keys = Object.values(lock.prompts).flatMap((ofTask) => Object.keys(ofTask));
  if (!options.json) {
    note(`${shortPath(path)} knows ${counted(keys.length, "prompt")} of evals.`);
  }
  return { ...filterOf(options), scope: options.children ? "all" : "leaves", unevaluated: keys };
}
