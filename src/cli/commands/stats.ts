import { type Command, InvalidArgumentError } from "commander";
import type { CallStats, ScoreStats, StatsKey, ToolStats } from "../../events.ts";
import { type FilterOptions, filterOf, withFilters } from "../filters.ts";
import { findStore, type StoreOptions, shortPath, withStoreOptions } from "../find-store.ts";
import { jsonLine, oneLine } from "../output/clean.ts";
import { cost, count, counted, percent, time, usd } from "../output/format.ts";
import { type Column, renderTable } from "../output/table.ts";
import { note, paint, print } from "../output/terminal.ts";

interface StatsOptions extends FilterOptions, StoreOptions {
  readonly by: readonly StatsKey[] | "tool";
  readonly json?: true;
}

const examples = `
A call of a task is what feature code called. By model, each ask of an extract counts for itself.
COST: "$0.012 + 2?" holds two attempts of unknown cost; "2?" holds nothing that is known.
IN and OUT hold the tokens that are known: an answer whose provider counted none adds nothing.
Latencies are of all calls, cached and failed ones included; TTFT is of streamed answers of a model.
By tool: what became of agents' calls of each. HELD waited for approval, or got an earlier result.
By arm, there is a column for each score, in JSON \`scores\`: its mean, and of how many calls.

Examples:
  seam stats --since 24h
  seam stats --by model
  seam stats --by task,model --tag user=ada
  seam stats --by tool --since 7d
  seam stats --by arm --task reply     how the arms of a canary compare
  seam stats --json | jq '{task, costUsd}'`;

export function addStats(program: Command): void {
  const command = program
    .command("stats")
    .description("Sum up the calls: errors, cache, retries, tokens, cost, latencies.")
    .option(
      "--by <keys>",
      "group by `task`, `model`, `arm`, several: `task,arm`, or `tool`",
      groupKeys,
      ["task"],
    );
  withStoreOptions(withFilters(command))
    .option("--json", "one JSON object a line")
    .addHelpText("after", examples)
    .action(stats);
}

function groupKeys(text: string): StatsOptions["by"] {
  if (text === "tool") return text;
  return text.split(",").map((key) => {
    if (key === "task" || key === "model" || key === "arm") return key;
    throw new InvalidArgumentError(
      "Give `task`, `model`, `arm`, several: `task,model`, or `tool`.",
    );
  });
}

async function stats(options: StatsOptions): Promise<void> {
  const { path, from } = await findStore(options);
  const { openEvents } = await import("../../events.ts");
  using events = openEvents(path);
  const filter = filterOf(options);
  const { by } = options;
  if (by === "tool") {
    const tools = await events.toolStats(filter);
    if (options.json) for (const tool of tools) print(jsonLine(tool));
    else if (tools.length === 0) note("No call of a tool matches.");
    else print(renderTable(toolColumns, tools));
    return;
  }
  const groups = await events.stats({ ...filter, by });
  const scores = by.includes("arm") ? await events.scoreStats({ ...filter, by }) : undefined;
  if (options.json) {
    for (const group of groups) print(jsonLine(withScores(group, scores)));
    return;
  }
  note(`${shortPath(path)} (${from})`);
  if (groups.length === 0) {
    note("No call matches.");
    return;
  }
  print(renderTable(columnsFor(by, scores), armsTogether(groups)));
  const [total] = await events.stats({ ...filter, by: [] });
  if (total !== undefined) note(summary(total));
  const dropped = await events.dropped();
  if (dropped > 0) note(`${counted(dropped, "event")} had to be dropped, and cannot be in here.`);
}

/** By arm: the group with its scores, by name. */
function withScores(group: CallStats, scores: readonly ScoreStats[] | undefined): object {
  if (scores === undefined) return group;
  const own = scoresOf(group, scores).map(({ name, mean, count }) => [name, { mean, count }]);
  return { ...group, scores: Object.fromEntries(own) };
}

function scoresOf({ task, model, arm }: CallStats, scores: readonly ScoreStats[]): ScoreStats[] {
  return scores.filter(
    (score) => score.task === task && score.model === model && score.arm === arm,
  );
}

function columnsFor(
  by: readonly StatsKey[],
  scores: readonly ScoreStats[] | undefined,
): Column<CallStats>[] {
  const keys: Column<CallStats>[] = by.map((key) => ({
    title: key.toUpperCase(),
    text: (group) => oneLine(group[key] ?? "–"),
  }));
  const shown = scores === undefined ? figures : [...comparing, ...scoreColumns(scores)];
  return [...keys, ...shown.map((figure) => ({ ...figure, align: "right" as const }))];
}

const calls: Column<CallStats> = { title: "CALLS", text: (group) => count(group.calls) };
const errors: Column<CallStats> = { title: "ERRORS", text: (group) => alarming(group.errors) };
const latencies: readonly Column<CallStats>[] = [
  { title: "P50", dropOrder: 6, text: ({ latencyMs }) => time(latencyMs.p50) },
  { title: "P95", text: ({ latencyMs }) => time(latencyMs.p95) },
  { title: "P99", dropOrder: 3, text: ({ latencyMs }) => time(latencyMs.p99) },
  { title: "TTFT P50", dropOrder: 2, text: ({ firstTokenMs }) => time(firstTokenMs.p50) },
  { title: "TTFT P95", dropOrder: 1, text: ({ firstTokenMs }) => time(firstTokenMs.p95) },
];

const figures: readonly Column<CallStats>[] = [
  calls,
  errors,
  { title: "CACHED", text: ({ cacheHits, coalesced }) => count(cacheHits + coalesced) },
  { title: "NO MODEL", dropOrder: 7, text: (group) => percent(withoutModel(group), group.calls) },
  { title: "RETRIES", text: ({ retries }) => count(retries) },
  { title: "IN", dropOrder: 4, text: ({ inputTokens }) => count(inputTokens) },
  { title: "OUT", dropOrder: 5, text: ({ outputTokens }) => count(outputTokens) },
  { title: "COST", text: ({ costUsd, unpricedAttempts }) => cost(costUsd, unpricedAttempts) },
  ...latencies,
];

const toolFigures: readonly Column<ToolStats>[] = [
  { title: "CALLS", text: (tool) => count(tool.calls) },
  { title: "DONE", text: ({ done }) => count(done) },
  { title: "ERRORS", text: ({ errors }) => alarming(errors) },
  { title: "DENIED", text: ({ denied }) => count(denied) },
  { title: "HELD", text: ({ held }) => count(held) },
  { title: "P50", text: ({ latencyMs }) => time(latencyMs.p50) },
  { title: "P95", text: ({ latencyMs }) => time(latencyMs.p95) },
];

const toolColumns: readonly Column<ToolStats>[] = [
  { title: "TOOL", text: ({ tool }) => oneLine(tool) },
  ...toolFigures.map((figure) => ({ ...figure, align: "right" as const })),
];

/** Arms get unequal shares of the calls: what each call of an arm is like compares them. */
const comparing: readonly Column<CallStats>[] = [
  calls,
  errors,
  { title: "ERROR RATE", text: (group) => percent(group.errors, group.calls) },
  { title: "IN/CALL", dropOrder: 4, text: (group) => perCall(group.inputTokens, group) },
  { title: "OUT/CALL", dropOrder: 5, text: (group) => perCall(group.outputTokens, group) },
  { title: "COST", dropOrder: 7, text: (group) => cost(group.costUsd, group.unpricedAttempts) },
  { title: "COST/CALL", text: costPerCall },
  ...latencies,
];

/** The mean of each score, and of how many calls it is. */
function scoreColumns(scores: readonly ScoreStats[]): Column<CallStats>[] {
  return [...new Set(scores.map(({ name }) => name))].map((name) => ({
    title: oneLine(name).toUpperCase(),
    text: (group) => {
      const found = scoresOf(group, scores).find((score) => score.name === name);
      return found === undefined
        ? "–"
        : `${Number(found.mean.toPrecision(3))} (${count(found.count)})`;
    },
  }));
}

function perCall(sum: number | null, group: CallStats): string {
  return count(sum === null ? null : Math.round(sum / group.calls));
}

/** A lower bound, where only a part of the cost is known. */
function costPerCall({ costUsd, unpricedAttempts, calls }: CallStats): string {
  if (unpricedAttempts === 0) return costUsd === null ? "?" : usd(costUsd / calls);
  return costUsd ? `≥ ${usd(costUsd / calls)}` : "?";
}

/** What is compared stands together: the arms of a task, those of most calls first. */
function armsTogether(groups: readonly CallStats[]): CallStats[] {
  return [
    ...Map.groupBy(groups, ({ task, model }) => JSON.stringify([task, model])).values(),
  ].flat();
}

/** Calls that asked no model: answered by a rule, from the cache, or by another call's request. */
function withoutModel({ ruled, cacheHits, coalesced }: CallStats): number {
  return ruled + cacheHits + coalesced;
}

function alarming(errors: number): string {
  return errors === 0 ? "0" : paint("red", count(errors));
}

function summary(total: CallStats): string {
  const { calls, errors, cacheHits, coalesced, ruled, costUsd, unpricedAttempts } = total;
  const { savedUsd, unknownSavings } = total;
  const hasSaved = savedUsd !== null || unknownSavings > 0;
  const savings = cost(savedUsd, unknownSavings);
  const saved = hasSaved ? `; cached and shared answers saved ${savings}` : "";
  return `${counted(calls, "call")} of features: ${count(errors)} failed, ${count(ruled)} answered by a rule, ${count(cacheHits)} from the cache, ${count(coalesced)} shared a request; cost ${cost(costUsd, unpricedAttempts)}${saved}.`;
}
