import type { Cost } from "../measure/cost.ts";
import { quantile, spreadOf } from "../measure/stats.ts";
import { type PeerName, peerNames, yardstick } from "../peers/names.ts";
import { type Size, sizes } from "../sizes.ts";
import { type ChatCosts, chatModel, summaryModel } from "../suites/conversation.ts";
import { type Hedging, lateShare } from "../suites/hedge.ts";
import type { HeldMemory } from "../suites/memory.ts";
import type { PolicyCosts } from "../suites/policies.ts";
import type { CacheTimes } from "../suites/seam-only.ts";
import type { StoreNumbers } from "../suites/store.ts";
import type { Storm } from "../suites/storm.ts";
import type { EventCosts } from "../workers/seam-worker.ts";
import { evalRunTable, gateTables } from "./evals.ts";
import type { Results } from "./json.ts";
import { table } from "./table.ts";

/** The tables of a run, as text. */
export function tablesOf(results: Results): string {
  const size: Size = sizes[results.size];
  const { calls, streams, memory, cache, events, policies, storm, hedge, store } = results;
  const { conversation, gate, evals } = results;
  const parts: string[] = [machineLine(results)];
  if (calls !== undefined) {
    parts.push(
      costTable("One call after another, µs a call", calls.sequential),
      costTable(`${size.concurrency} calls at a time, µs a call`, calls.concurrent),
    );
  }
  if (streams !== undefined) {
    const title = `Streams, µs a chunk (${size.streams} at a time, ${size.chunks} chunks each)`;
    parts.push(cpuTable(title, streams));
  }
  if (memory !== undefined) parts.push(memoryTable(memory, size.inFlight));
  if (cache !== undefined) parts.push(cacheTable(cache));
  if (events !== undefined) parts.push(eventTable(events));
  if (policies !== undefined) parts.push(policyTable(policies));
  if (storm !== undefined) parts.push(stormTable(storm, size.outageMs));
  if (hedge !== undefined) parts.push(hedgeTable(hedge));
  if (store !== undefined) parts.push(...storeTables(store));
  if (conversation !== undefined) parts.push(chatTable(conversation, size.chatTurns));
  if (gate !== undefined) parts.push(...gateTables(gate, size));
  if (evals !== undefined) parts.push(evalRunTable(evals));
  return parts.join("\n\n");
}

function machineLine({ machine, size }: Results): string {
  const { cores, node, platform, date } = machine;
  const warning = size === "full" ? "" : ` A ${size} run: read the full one for numbers.`;
  return `${date}, ${cores} cores, Node ${node}, ${platform}. Medians; in brackets the middle half.${warning}`;
}

function costTable(title: string, costs: Readonly<Record<PeerName, readonly Cost[]>>): string {
  const rows = peerNames.map((name) => [
    name,
    spread(costs[name].map(({ cpuUs }) => cpuUs)),
    ratio(name, costs, "cpuUs"),
    spread(costs[name].map(({ wallUs }) => wallUs)),
    ratio(name, costs, "wallUs"),
  ]);
  return table(title, ["", "CPU", `× ${yardstick}`, "time", `× ${yardstick}`], rows);
}

function cpuTable(title: string, costs: Readonly<Record<PeerName, readonly Cost[]>>): string {
  const rows = peerNames.map((name) => [
    name,
    spread(costs[name].map(({ cpuUs }) => cpuUs)),
    ratio(name, costs, "cpuUs"),
  ]);
  return table(title, ["", "CPU", `× ${yardstick}`], rows);
}

function memoryTable(
  memory: Readonly<Record<PeerName, readonly HeldMemory[]>>,
  inFlight: number,
): string {
  const rows = peerNames.map((name) => [
    name,
    kilobytes(memory[name].map(({ heap }) => heap)),
    kilobytes(memory[name].map(({ rss }) => rss)),
  ]);
  const title = `Memory of a call in flight, kB (${inFlight.toLocaleString("en")} at once)`;
  return table(title, ["", "heap and buffers", "RSS"], rows);
}

function cacheTable({ memory, sqlite }: CacheTimes): string {
  const rows = Object.entries({ memory, sqlite }).map(([from, { p50Us, p99Us, cpuUs }]) => [
    from,
    number(p50Us),
    number(p99Us),
    number(cpuUs),
  ]);
  return table(
    "Answers from the cache, µs a hit",
    ["", "p50", "p99", "CPU with its event written"],
    rows,
  );
}

function eventTable({ without, withStore, bytesPerEvent }: EventCosts): string {
  const rows = [
    ["CPU of a call without a store, µs", number(without.cpuUs)],
    ["CPU of a call with its event in SQLite, µs", number(withStore.cpuUs)],
    ["recorded calls a second", (1_000_000 / withStore.wallUs).toFixed(0)],
    ["bytes an event takes on disk", bytesPerEvent.toFixed(0)],
  ];
  return table("The event store, with a model that answers at once", ["", ""], rows);
}

/** Against the same round of calls with nothing switched on, so that drift cancels out. */
function policyTable(policies: PolicyCosts): string {
  const bare = policies["nothing switched on"];
  const rows = Object.entries(policies).map(([name, costs]) => {
    const more = costs.map(({ cpuUs }, round) => cpuUs - (bare[round]?.cpuUs ?? 0));
    const ratios = costs.map(({ cpuUs }, round) => cpuUs / (bare[round]?.cpuUs ?? 0));
    return [
      name,
      spread(costs.map(({ cpuUs }) => cpuUs)),
      number(quantile(more, 0.5)),
      quantile(ratios, 0.5).toFixed(2),
    ];
  });
  const title = "Each policy alone, CPU µs a call, with a model that answers at once";
  return table(title, ["", "CPU", "more", "×"], rows);
}

function stormTable(storm: Storm, outageMs: number): string {
  const rows = Object.entries(storm).map(([name, { calls, requests, answered, seconds }]) => [
    name,
    (requests / calls).toFixed(2),
    `${answered} of ${calls}`,
    seconds.toFixed(1),
  ]);
  const title = `An outage of ${outageMs / 1_000} s (529 to everything), all calls at once`;
  return table(title, ["", "requests a call", "answered in the end", "seconds"], rows);
}

function hedgeTable(hedge: Hedging): string {
  const rows = Object.entries(hedge).map(([name, { calls, requests, p50, p95, p99 }]) => [
    name,
    ...[p50, p95, p99].map((ms) => ms.toFixed(0)),
    (requests / calls).toFixed(3),
  ]);
  const title = `A server that answers in 40 ms, and ${lateShare * 100} % of the time in 1 s; ms a call`;
  return table(title, ["", "p50", "p95", "p99", "requests a call"], rows);
}

function storeTables({ events, write, bytesPerEvent, rollUpSeconds, ...asked }: StoreNumbers) {
  const rows = [
    ["events written a second", (1_000_000 / write.wallUs).toFixed(0)],
    ["CPU of writing one, µs", number(write.cpuUs)],
    ["bytes of the file for each event", bytesPerEvent.toFixed(0)],
    ["rolling all of them up, s", number(rollUpSeconds)],
  ];
  const title = `A store with ${events.toLocaleString("en")} events`;
  const times = [
    ...Object.entries(asked.stats).map(([name, { wallMs, cpuMs }]) => [
      `stats() ${name}`,
      ...[quantile(wallMs, 0.5), quantile(wallMs, 0.95), quantile(cpuMs, 0.5)].map(number),
    ]),
    ...Object.entries(asked.commands).map(([name, { wallMs }]) => [
      `seam stats ${name}, its start included`,
      ...[quantile(wallMs, 0.5), quantile(wallMs, 0.95)].map(number),
      "",
    ]),
  ];
  return [
    table(title, ["", ""], rows),
    table(
      `Statistics over ${events.toLocaleString("en")} events, ms`,
      ["", "p50", "p95", "CPU"],
      times,
    ),
  ];
}

function chatTable(costs: ChatCosts, turns: number): string {
  const rows = Object.entries(costs).map(([name, cost]) => [
    name,
    ...[cost.requests, cost.inputTokens, cost.cachedTokens].map((count) =>
      count.toLocaleString("en"),
    ),
    `$${cost.cost.toFixed(2)}`,
    `$${cost.costUncached.toFixed(2)}`,
    cost.longest.toLocaleString("en"),
    `${(100 * cost.stability).toFixed(1)} %`,
  ]);
  const head = [
    "",
    "requests",
    "input tokens",
    "cached",
    "cost",
    "uncached",
    "longest",
    "same beginning",
  ];
  return table(
    `A chat of ${turns} turns with ${chatModel}; summaries by ${summaryModel}, their cost included`,
    head,
    rows,
  );
}

/** How a peer compares with the yardstick: round by round, then the median, so that drift cancels out. */
function ratio(
  name: PeerName,
  costs: Readonly<Record<PeerName, readonly Cost[]>>,
  of: keyof Cost,
): string {
  const ratios = costs[name].map((cost, round) => cost[of] / (costs[yardstick][round]?.[of] ?? 0));
  return quantile(ratios, 0.5).toFixed(2);
}

function spread(values: readonly number[]): string {
  const { median, low, high } = spreadOf(values);
  return `${number(median)} (${number(low)}–${number(high)})`;
}

function kilobytes(values: readonly number[]): string {
  return number(quantile(values, 0.5) / 1_000);
}

function number(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
