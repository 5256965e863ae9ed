import type { Price } from "../call/price.ts";
import type { CallEvent, EventFilter, EventReader, PromptVolume } from "../events.ts";
import { priceOf } from "../providers/prices.ts";
import { type Prefix, prefixOf } from "./prefix.ts";
import { type CacheSavings, cacheSavings } from "./savings.ts";
import { type Segment, segmentsOf } from "./segments.ts";
import { type Trim, toolsIn, trimsOf } from "./trims.ts";

/** What the prompts of a task are made of, and what that costs. All tokens but the counted ones are estimates. */
export interface TaskPrompts {
  readonly task: string;
  /** Calls that a request was sent for, and the days that they are from. */
  readonly calls: number;
  readonly days: number;
  readonly callsPerMonth: number;
  /** The newest of them, whose content was looked at. */
  readonly looked: number;
  /** Calls among those whose content the store does not hold; nothing can be said about them. */
  readonly withoutContent: number;
  /** Whether the estimates are scaled to what providers have counted. */
  readonly isCalibrated: boolean;
  /** Tokens of a whole prompt, on average. */
  readonly promptTokens: number;
  readonly prefix: {
    readonly tokens: number;
    readonly share: number;
    readonly labels: readonly string[];
    readonly next: Prefix["next"];
  };
  readonly targets: readonly CacheSavings[];
  /** The heaviest first. */
  readonly parts: readonly PromptPart[];
  readonly trims: readonly (Trim & { readonly usdPerMonth: number | null })[];
}

/** All segments of one label together, e.g. all messages of the user. */
export interface PromptPart {
  readonly label: string;
  /** On average over all prompts. */
  readonly tokens: number;
  readonly share: number;
}

export interface PromptOptions {
  readonly filter: Omit<EventFilter, "scope" | "source"> & {
    readonly since?: Date | undefined;
    readonly until?: Date | undefined;
  };
  /** Prices of the config, which win over the built-in table. */
  readonly prices: Readonly<Record<string, Price>>;
  /** How many calls of each task are looked at. */
  readonly sample: number;
}

const dayMs = 86_400_000;
const monthDays = 30;
/** Fewer hours are no ground for a month. */
const shortestWindowMs = 3_600_000;

/** One report a task, most calls first. Counts are of all calls; content is looked at of the newest ones only. */
export async function* examinePrompts(
  events: EventReader,
  { filter, prices, sample }: PromptOptions,
): AsyncGenerator<TaskPrompts, void, void> {
  const byTask = Map.groupBy(await events.promptVolumes(filter), ({ task }) => task);
  const windowMs = windowOf([...byTask.values()].flat(), filter);
  for (const [task, volumes] of byTask) {
    const own = { ...filter, task };
    const newest = await events.list({ ...own, scope: "leaves", source: "model", limit: sample });
    const unused = await neverCalled(events, own, newest);
    yield reportOf(task, { volumes, newest, unused, prices, windowMs });
  }
}

function windowOf(volumes: readonly PromptVolume[], { since, until }: PromptOptions["filter"]) {
  const start = since?.getTime() ?? Math.min(...volumes.map(({ firstAt }) => firstAt));
  return Math.max(shortestWindowMs, (until?.getTime() ?? Date.now()) - start);
}

/** The tools that the newest calls offered and that no call of the window has called. */
async function neverCalled(
  events: EventReader,
  filter: EventFilter,
  newest: readonly CallEvent[],
): Promise<Trim[]> {
  const unused: Trim[] = [];
  for (const tool of toolsIn(newest.map(({ prompt }) => prompt))) {
    if (!(await events.callsTool(tool.what, filter))) unused.push(tool);
  }
  return unused;
}

interface Findings {
  readonly volumes: readonly PromptVolume[];
  readonly newest: readonly CallEvent[];
  readonly unused: readonly Trim[];
  readonly prices: Readonly<Record<string, Price>>;
  readonly windowMs: number;
}

function reportOf(task: string, found: Findings): TaskPrompts {
  const { volumes, newest, windowMs } = found;
  const kept = newest.filter(({ prompt }) => prompt.prompt.length > 0);
  const prompts = kept.map(({ prompt }) => segmentsOf(prompt));
  const scale = scaleOf(kept, prompts);
  const tokensOf = (segments: readonly Segment[]): number =>
    Math.round(segments.reduce((sum, { tokens }) => sum + tokens, 0) * (scale ?? 1));
  const prefix = prefixOf(prompts.length > 1 ? prompts : []);
  const prefixTokens = tokensOf(prefix.segments);
  const calls = volumes.reduce((sum, volume) => sum + volume.calls, 0);
  const days = windowMs / dayMs;
  const usage = { prefixTokens, share: prefix.share, perMonth: monthDays / days };
  const targets = volumes.map((volume) =>
    cacheSavings(volume, priceOf(volume.target, found.prices), usage),
  );
  const promptTokens = prompts.length === 0 ? 0 : tokensOf(prompts.flat()) / prompts.length;
  const trims = [...trimsOf(kept.map(({ prompt }) => prompt)), ...found.unused];
  const inputUsd = meanInputPrice(volumes, found.prices);
  return {
    task,
    calls,
    days,
    callsPerMonth: Math.round(calls * usage.perMonth),
    looked: kept.length,
    withoutContent: newest.length - kept.length,
    isCalibrated: scale !== undefined,
    promptTokens: Math.round(promptTokens),
    prefix: {
      tokens: prefixTokens,
      share: prefix.share,
      labels: prefix.segments.map(({ label }) => label),
      next: prefix.next && {
        ...prefix.next,
        tokens: Math.round(prefix.next.tokens * (scale ?? 1)),
      },
    },
    targets,
    parts: partsOf(prompts, scale ?? 1),
    trims: trims.map((trim) => {
      const tokens = Math.round(trim.tokens * (scale ?? 1));
      const monthly = (tokens * calls * usage.perMonth * trim.prompts) / kept.length / 1_000_000;
      return { ...trim, tokens, usdPerMonth: inputUsd === null ? null : monthly * inputUsd };
    }),
  };
}

/** How many tokens providers count for one that is estimated; `undefined` where none has counted. */
function scaleOf(
  calls: readonly CallEvent[],
  prompts: readonly (readonly Segment[])[],
): number | undefined {
  let counted = 0;
  let estimated = 0;
  for (const [index, { usage }] of calls.entries()) {
    if (usage.inputTokens === null || usage.inputTokens === 0) continue;
    counted += usage.inputTokens;
    for (const { tokens } of prompts[index] ?? []) estimated += tokens;
  }
  return estimated === 0 ? undefined : counted / estimated;
}

/** Dollars for a million plain input tokens, by calls; `null` when the price of a target is not known. */
function meanInputPrice(
  volumes: readonly PromptVolume[],
  prices: Readonly<Record<string, Price>>,
): number | null {
  let calls = 0;
  let usd = 0;
  for (const volume of volumes) {
    const price = priceOf(volume.target, prices);
    if (price === undefined) return null;
    calls += volume.calls;
    usd += price.input * volume.calls;
  }
  return usd / calls;
}

function partsOf(prompts: readonly (readonly Segment[])[], scale: number): PromptPart[] {
  const sums = new Map<string, number>();
  let total = 0;
  for (const { label, tokens } of prompts.flat()) {
    sums.set(label, (sums.get(label) ?? 0) + tokens);
    total += tokens;
  }
  return [...sums]
    .toSorted(([, a], [, b]) => b - a)
    .map(([label, tokens]) => ({
      label,
      tokens: Math.round((tokens * scale) / prompts.length),
      share: tokens / total,
    }));
}
