import type { Command } from "commander";
import type { TaskPrompts } from "../../prompts/report.ts";
import { type FilterOptions, filterOf, wholeNumber, withFilters } from "../filters.ts";
import {
  configOf,
  findStore,
  type StoreOptions,
  shortPath,
  withStoreOptions,
} from "../find-store.ts";
import { jsonLine, oneLine } from "../output/clean.ts";
import { count, usd } from "../output/format.ts";
import { partColumns, percent, wordsOn } from "../output/prompts.ts";
import { type Column, renderTable } from "../output/table.ts";
import { note, paint, print } from "../output/terminal.ts";

interface PromptsOptions extends FilterOptions, StoreOptions {
  readonly sample: number;
  readonly json?: true;
}

const defaultSample = 200;
const shownParts = 6;

const examples = `
Counts are of all calls that match; content is looked at of the newest ones of each task only.
Tokens are estimates, scaled to the input tokens that providers have counted. A month is
extrapolated from the time between --since, or the first call, and now.

Examples:
  seam prompts --since 7d
  seam prompts --task classify-ticket --sample 1000
  seam prompts --json | jq '.trims[] | select(.usdPerMonth > 1)'`;

export function addPrompts(program: Command): void {
  const command = program
    .command("prompts")
    .description("Show what prompts are made of, what they cost, and what could be saved.");
  withStoreOptions(withFilters(command))
    .option(
      "--sample <count>",
      "look at the content of so many calls of each task",
      wholeNumber(2, 100_000),
      defaultSample,
    )
    .option("--json", "one JSON object a task")
    .addHelpText("after", examples)
    .action(prompts);
}

async function prompts(options: PromptsOptions): Promise<void> {
  const { path, from } = await findStore(options);
  const { openEvents } = await import("../../events.ts");
  const { examinePrompts } = await import("../../prompts/report.ts");
  using events = openEvents(path);
  const prices = (await configOf(options))?.prices ?? {};
  const { since, until } = options;
  const filter = { ...filterOf(options), since, until };
  if (!options.json) note(`${shortPath(path)} (${from})`);
  const tasks: TaskPrompts[] = [];
  for await (const task of examinePrompts(events, { filter, prices, sample: options.sample })) {
    if (options.json) print(jsonLine(task));
    else tasks.push(task);
  }
  if (options.json) return;
  if (tasks.length === 0) {
    note("No call matches that a model was asked for.");
    return;
  }
  print(renderTable(columns, tasks));
  for (const task of tasks) show(task);
}

function show(task: TaskPrompts): void {
  print(`\n${paint("bold", oneLine(task.task))}`);
  if (task.parts.length > 0) print(renderTable(partColumns, task.parts.slice(0, shownParts)));
  for (const sentence of wordsOn(task)) print(`- ${oneLine(sentence)}`);
}

const columns: readonly Column<TaskPrompts>[] = [
  { title: "TASK", text: ({ task }) => oneLine(task) },
  ...(
    [
      { title: "CALLS/MONTH", text: ({ callsPerMonth }) => count(callsPerMonth) },
      { title: "PROMPT", text: ({ promptTokens }) => count(promptTokens) },
      { title: "PREFIX", text: ({ prefix }) => count(prefix.tokens) },
      { title: "SHARED BY", dropOrder: 1, text: sharedBy },
      { title: "PREFIX/MONTH", text: (task) => sum(task, "prefixUsd") },
      { title: "SAVED", dropOrder: 2, text: (task) => sum(task, "savesNowUsd") },
      { title: "COULD SAVE", text: (task) => sum(task, "wouldSaveUsd") },
    ] satisfies Column<TaskPrompts>[]
  ).map((column) => ({ ...column, align: "right" as const })),
];

/** A beginning of no length is shared by all, and says nothing. */
function sharedBy({ prefix }: TaskPrompts): string {
  return prefix.tokens === 0 ? "–" : percent(prefix.share);
}

/** The sum of what is known over the task's targets; a `?` for what is not. */
function sum(
  { targets }: TaskPrompts,
  figure: "prefixUsd" | "savesNowUsd" | "wouldSaveUsd",
): string {
  const known = targets.flatMap((target) => target[figure] ?? []);
  if (known.length === 0) return "?";
  const total = usd(known.reduce((all, value) => all + value, 0));
  return known.length === targets.length ? total : `${total} + ?`;
}
