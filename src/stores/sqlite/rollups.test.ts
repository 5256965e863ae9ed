import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { attemptOf, eventOf } from "../../../test/support/event.ts";
import { segmentEvent, stepEvent, toolEvent } from "../../../test/support/run-events.ts";
import type { CallEvent } from "../../call/event.ts";
import type { EventFilter } from "./event-reader-filter.ts";
import { type CallStats, type StatsKey, statsOf } from "./event-reader-stats.ts";
import { toolStatsOf } from "./event-reader-tools.ts";
import { toRow } from "./event-row.ts";
import { type OpenFile, openFile } from "./open-file.ts";
import { prune } from "./prune.ts";
import { rollupSpans } from "./rollup-plan.ts";
import { rollUps } from "./rollups.ts";

const { day, slot } = rollupSpans;
const first = 20_000 * day;

let file: OpenFile;

beforeEach(async () => {
  file = await openFile(":memory:");
});
afterEach(() => file.connection.close());

function write(...events: readonly CallEvent[]): void {
  const { insertEvent } = file.statements;
  for (const event of events) file.connection.run(insertEvent(toRow(event)));
}

const oneOf = fc.constantFrom;
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });

const plain = fc.record({
  time: fc.integer({ min: first, max: first + 3 * day }),
  task: oneOf("a", "b"),
  arm: oneOf(null, "control", "canary"),
  mode: oneOf("generate", "stream"),
  target: oneOf("p/one", "p/two"),
  answeredBy: oneOf(null, "p/one", "q/three"),
  model: oneOf(null, "one-1", "three-7"),
  source: oneOf("model", "model", "cache", "coalesced", "rule"),
  errorCode: oneOf(null, null, "RateLimited", "Refused"),
  tags: oneOf({}, { user: "ada" }, { channel: "mail", urgent: true }),
  usage: fc.record({
    inputTokens: maybe(fc.nat(1_000)),
    outputTokens: maybe(fc.nat(1_000)),
    cachedTokens: fc.constant(0),
    cacheWriteTokens: fc.constant(0),
    reasoningTokens: fc.constant(0),
  }),
  costUsd: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
  savedUsd: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
  unpricedAttempts: fc.nat(2),
  latencyMs: fc.double({ min: 0.01, max: 100_000, noNaN: true }),
  firstTokenMs: maybe(fc.double({ min: 0.01, max: 100_000, noNaN: true })),
  attempts: fc.array(fc.constant(attemptOf()), { maxLength: 3 }),
});

/** A call with up to two calls that were made for it. */
const family = fc.tuple(plain, fc.array(plain, { maxLength: 2 })).map(([parent, asks]) => ({
  parent,
  asks: asks.map((ask) => ({ ...ask, time: parent.time + (ask.time % (2 * slot)) })),
}));

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ write: fc.array(family, { maxLength: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ rollUpAt: fc.integer({ min: 0, max: 4 * day }) }) },
  { weight: 1, arbitrary: fc.record({ pruneBefore: fc.integer({ min: 0, max: 2 * day }) }) },
  { weight: 1, arbitrary: fc.record({ deleteTask: oneOf("a", "b"), from: fc.nat(3 * day) }) },
);

const moment = fc.integer({ min: first - slot, max: first + 3 * day }).map((ms) => new Date(ms));
const filterValues = fc.record({
  task: oneOf("a", "b", "none"),
  model: oneOf("p/", "THREE", "one"),
  source: oneOf("model", "cache", "rule"),
  arm: oneOf("control", "canary"),
  error: oneOf("any", "none", "Refused"),
  tags: oneOf({ user: "ada" }, { urgent: "true" }),
  since: moment,
  until: moment,
  minLatencyMs: fc.nat(50_000),
});
type Filters = typeof filterValues extends fc.Arbitrary<infer T> ? T : never;
const filterNames: readonly (keyof Filters)[] = [
  ...(["task", "model", "source", "arm", "error"] as const),
  ...(["since", "until", "since", "until", "tags", "minLatencyMs"] as const),
];

/** Few filters at a time: with many of them, nothing would be found. */
const question = fc.record({
  by: fc.subarray<StatsKey>(["task", "model", "arm"]),
  filter: fc
    .tuple(filterValues, fc.shuffledSubarray([...filterNames], { maxLength: 2 }))
    .map(
      ([values, names]): EventFilter =>
        Object.fromEntries(names.map((name) => [name, values[name]])),
    ),
});
const questions = fc.array(question, { minLength: 3, maxLength: 6 });

test("whatever is written, pruned, deleted and rolled up: statistics are those of the events that are there", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 10 }),
      questions,
      async (steps, asked) => {
        file.connection.close();
        file = await openFile(":memory:");
        const kept = play(steps);
        for (const { by, filter } of asked) {
          const found = statsOf(file.connection, file.db, filter, by);
          expectAlike(found, statsByHand(kept, filter, by));
        }
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);

test("an event that comes between the slots and the day of them is in the statistics", () => {
  write(eventOf({ id: "early", time: first }));
  const work = rollUps(file.connection, first + 2 * day);
  work.next();
  write(eventOf({ id: "late", time: first }));
  for (const _ of work);
  expect(statsOf(file.connection, file.db, {}, [])[0]?.calls).toBe(2);
});

test("a parent that is rolled up already follows the retries of its children", () => {
  const ask = { parentId: "parent", traceId: "parent", attempts: [attemptOf(), attemptOf()] };
  write(
    eventOf({ id: "parent", time: first, children: 2 }),
    eventOf({ ...ask, id: "ask-1", time: first + slot }),
  );
  const retries = () => {
    for (const _ of rollUps(file.connection, first + 2 * day));
    return statsOf(file.connection, file.db, {}, [])[0]?.retries;
  };
  expect(retries()).toBe(1);
  write(eventOf({ ...ask, id: "ask-2", time: first + 2 * slot }));
  expect(retries()).toBe(2);
  file.connection.exec("delete from events where id = 'ask-1'");
  expect(retries()).toBe(1);
});

/** Does the steps in the file and in a list; gives back the list. */
function play(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
  let kept: CallEvent[] = [];
  let made = 0;
  for (const todo of steps) {
    if ("write" in todo) {
      const events = todo.write.flatMap(({ parent, asks }) => familyOf(parent, asks, made++));
      write(...events);
      kept.push(...events);
    } else if ("rollUpAt" in todo) {
      for (const _ of rollUps(file.connection, first + todo.rollUpAt));
    } else if ("pruneBefore" in todo) {
      const cutoff = first + todo.pruneBefore;
      for (const _ of prune(file.connection, cutoff));
      const old = new Set(kept.filter(({ time }) => time < cutoff).map(({ traceId }) => traceId));
      kept = kept.filter(({ traceId }) => !old.has(traceId));
    } else {
      const { deleteTask: task, from } = todo;
      const sql = "delete from events where task = ? and time >= ? and children = 0";
      file.connection.run({ sql, values: [task, first + from] });
      kept = kept.filter(
        (event) => !(event.task === task && event.time >= first + from && event.children === 0),
      );
    }
  }
  return kept;
}

type Plain = typeof plain extends fc.Arbitrary<infer T> ? T : never;

function familyOf(parent: Plain, asks: readonly Plain[], number: number): CallEvent[] {
  const id = `call-${number}`;
  return [
    ...asks.map((ask, index) =>
      eventOf({ ...ask, id: `${id}-${index}`, parentId: id, traceId: id }),
    ),
    eventOf({ ...parent, id, children: asks.length }),
  ];
}

/** The documented meaning of the statistics, in the plainest way. */
function statsByHand(all: readonly CallEvent[], filter: EventFilter, by: readonly StatsKey[]) {
  const keyOf = (event: CallEvent) => ({
    task: by.includes("task") ? event.task : null,
    model: by.includes("model") ? (event.answeredBy ?? event.target) : null,
    arm: by.includes("arm") ? event.arm : null,
  });
  const inScope = (event: CallEvent) =>
    by.includes("model") ? event.children === 0 : event.parentId === null;
  const wanted = all.filter((event) => inScope(event) && matchesByHand(event, filter));
  return [...Map.groupBy(wanted, (event) => JSON.stringify(keyOf(event)))].map(([key, group]) => ({
    ...JSON.parse(key),
    calls: group.length,
    errors: group.filter(({ errorCode }) => errorCode !== null).length,
    cacheHits: group.filter(({ source }) => source === "cache").length,
    coalesced: group.filter(({ source }) => source === "coalesced").length,
    ruled: group.filter(({ source }) => source === "rule").length,
    retries: sum(group.map((event) => retriesOf(event, all))),
    inputTokens: sumKnown(group.map(({ usage }) => usage.inputTokens)),
    outputTokens: sumKnown(group.map(({ usage }) => usage.outputTokens)),
    costUsd: sumKnown(group.map(({ costUsd }) => costUsd)),
    unpricedAttempts: sum(group.map(({ unpricedAttempts }) => unpricedAttempts)),
    savedUsd: sumKnown(group.map(({ savedUsd }) => savedUsd)),
    unknownSavings: group.filter(
      ({ source, errorCode, savedUsd }) =>
        (source === "cache" || source === "coalesced") && errorCode === null && savedUsd === null,
    ).length,
    latencies: group.map(({ latencyMs }) => latencyMs),
    firstTokens: group
      .filter(({ mode, source }) => mode === "stream" && source === "model")
      .map(({ firstTokenMs }) => firstTokenMs)
      .filter((time) => time !== null),
  }));
}

function retriesOf(event: CallEvent, all: readonly CallEvent[]): number {
  if (event.children === 0)
    return event.source === "model" ? Math.max(0, event.attempts.length - 1) : 0;
  const asks = all.filter(({ traceId, children }) => traceId === event.traceId && children === 0);
  return sum(asks.map((ask) => retriesOf(ask, all)));
}

function matchesByHand(event: CallEvent, filter: EventFilter): boolean {
  const { task, model, source, arm, error, tags = {}, since, until, minLatencyMs } = filter;
  const names = [event.target, event.answeredBy, event.model].map((name) => name?.toLowerCase());
  return (
    (task === undefined || event.task === task) &&
    (model === undefined || names.some((name) => name?.includes(model.toLowerCase()))) &&
    (source === undefined || event.source === source) &&
    (arm === undefined || event.arm === arm) &&
    (error === undefined ||
      (error === "none" ? event.errorCode === null : event.errorCode !== null) ||
      event.errorCode === error) &&
    (error !== "Refused" || event.errorCode === "Refused") &&
    Object.entries(tags).every(([name, value]) => String(event.tags[name]) === value) &&
    (since === undefined || event.time >= Number(since)) &&
    (until === undefined || event.time < Number(until)) &&
    (minLatencyMs === undefined || event.latencyMs >= minLatencyMs)
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : sum(known);
}

type ByHand = ReturnType<typeof statsByHand>[number];

function expectAlike(found: readonly CallStats[], byHand: readonly ByHand[]): void {
  const name = ({ task, model, arm }: Pick<CallStats, StatsKey>) =>
    JSON.stringify([task, model, arm]);
  const groups = new Map(byHand.map((group) => [name(group), group]));
  expect(found.map(name).toSorted()).toEqual([...groups.keys()].toSorted());
  for (const { latencyMs, firstTokenMs, ...counts } of found) {
    const { latencies, firstTokens, ...expected } = groups.get(name(counts)) ?? { latencies: [] };
    expect(rounded(counts)).toEqual(rounded(expected));
    expectRank(latencyMs.p50, latencies, 50);
    expectRank(latencyMs.p95, latencies, 95);
    expectRank(firstTokenMs.p50, firstTokens, 50);
  }
}

/** Sums of the same numbers in another order differ in their last digits. */
function rounded(counts: object): object {
  return Object.fromEntries(
    Object.entries(counts).map(([key, value]) => [
      key,
      typeof value === "number" ? Number(value.toPrecision(9)) : value,
    ]),
  );
}

function expectRank(found: number | null, values: readonly number[], percent: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  const exact = sorted[Math.ceil((percent * values.length) / 100) - 1] ?? null;
  if (exact === null || found === null) expect(found).toBe(exact);
  else expect(Math.abs(found / exact - 1)).toBeLessThanOrEqual(0.010_000_1);
}

test("a run of an agent is one call of its task, its steps are calls of their model, its tools are none", () => {
  const at = { time: first };
  write(
    segmentEvent({ id: "run", ...at, usage: usageOf(30), costUsd: 3 }),
    stepEvent("run", { id: "one", ...at, usage: usageOf(10), costUsd: 1 }),
    stepEvent("run", { id: "two", ...at, usage: usageOf(20), costUsd: 2 }),
    toolEvent("run", { id: "paid", ...at, latencyMs: 300, record: { name: "refund" }, input: {} }),
    toolEvent("run", {
      id: "late",
      ...at,
      latencyMs: 900,
      errorCode: "ToolTimedOut",
      record: { name: "refund", outcome: "timed-out" },
      input: {},
    }),
    toolEvent("run", {
      id: "asks",
      ...at,
      record: { name: "refund", outcome: "waiting" },
      input: {},
    }),
    toolEvent("run", {
      id: "held",
      ...at,
      errorCode: "ToolDenied",
      record: { name: "refund", outcome: "denied" },
      input: {},
    }),
  );
  const seen = () => ({
    byTask: statsOf(file.connection, file.db, {}, ["task"]),
    byModel: statsOf(file.connection, file.db, {}, ["model"]),
    byTool: toolStatsOf(file.connection, file.db, {}),
  });
  const figures = { errors: 0, retries: 0, costUsd: 3, inputTokens: 30 };
  const expected = {
    byTask: [{ task: "refund", calls: 1, ...figures }],
    byModel: [{ model: "test/first", calls: 2, ...figures }],
    byTool: [{ tool: "refund", calls: 4, done: 1, errors: 1, denied: 1, held: 1 }],
  };
  expect(seen()).toMatchObject(expected);
  expect(seen().byTool[0]?.latencyMs).toEqual({ p50: 300, p95: 900 });
  for (const _ of rollUps(file.connection, first + 2 * day));
  expect(file.connection.first({ sql: "select 1 from rollups_due", values: [] })).toBeUndefined();
  expect(seen()).toMatchObject(expected);
});

function usageOf(inputTokens: number): CallEvent["usage"] {
  return { ...eventOf({ id: "" }).usage, inputTokens };
}
