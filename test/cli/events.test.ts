import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSeam } from "llm-seam";
import { type CallEvent, type EventFilter, type EventReader, openEvents } from "llm-seam/events";
import { simulatedModel } from "llm-seam/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FilledStore, fillStore } from "./filled-store.testkit.ts";

let filled: FilledStore;
let events: EventReader;

beforeAll(async () => {
  filled = await fillStore();
  events = openEvents(filled.store);
});
afterAll(async () => {
  events.close();
  await filled.remove();
});

async function found(filter: EventFilter): Promise<string[]> {
  const names = new Map(Object.entries(filled.ids).map(([name, id]) => [id, name]));
  const list = await events.list({ ...filter, order: "oldest" });
  return list.map(({ id, task }) => names.get(id) ?? task);
}

const everything = [
  "retried",
  "cached",
  "streamed",
  "reply",
  "extracted",
  "rerouted",
  "hostile",
  "local",
];

describe("list", () => {
  test("holds what feature code called; the asks of an extract only when they are wanted", async () => {
    expect(await found({})).toEqual(everything);
    expect(await events.list({ scope: "all" })).toHaveLength(10);
    expect(await events.list({ scope: "leaves" })).toHaveLength(9);
  });

  test.each<[what: string, filter: EventFilter, expected: string[]]>([
    ["a task", { task: "summarize" }, ["rerouted", "hostile"]],
    ["no part of a task's name", { task: "summ" }, []],
    ["a part of the target asked first", { model: "GPT-5" }, ["rerouted", "hostile"]],
    ["the model that answered", { model: "claude", task: "summarize" }, ["rerouted"]],
    ["a source", { source: "cache" }, ["cached"]],
    ["any error", { error: "any" }, ["reply"]],
    ["no error", { error: "none" }, everything.filter((name) => name !== "reply")],
    ["an error code", { error: "InvalidRequest" }, ["reply"]],
    ["another error code", { error: "RateLimited" }, []],
    ["a user", { tags: { user: "ada" } }, ["retried", "cached"]],
    ["a user and a session", { tags: { user: "bob", session: "s1" } }, []],
    ["a text tag", { tags: { channel: "mail" } }, ["retried", "cached"]],
    ["a true tag", { tags: { urgent: true } }, ["retried", "cached"]],
    ["a number under a name with quotes", { tags: { 'odd "key"': "3" } }, ["retried", "cached"]],
    ["text with quotes and a line's end", { text: '"refund"?\nI' }, ["retried", "cached"]],
    ["text of a response", { text: "on its way" }, ["retried", "cached", "streamed", "rerouted"]],
    ["a percent sign as itself", { text: "100%" }, ["streamed"]],
    ["an underscore as itself", { text: "re_und" }, []],
    ["no names of fields, no roles", { text: "assistant" }, []],
    ["no words of the schema", { text: "json-schema.org" }, []],
    ["a time that has passed", { since: "1h" }, everything],
    ["a time to come", { since: new Date(Date.now() + 60_000) }, []],
    ["an end before all", { until: "1h" }, []],
    ["calls that waited for a retry", { minLatencyMs: 60_000 }, []],
  ])("finds by %s", async (_, filter, expected) => {
    expect(await found(filter)).toEqual(expected);
  });

  test("the order decides what a limit leaves", async () => {
    const [newest] = await events.list({ limit: 1 });
    const [costliest] = await events.list({ limit: 1, order: "costliest" });
    const slow = await events.list({ order: "slowest" });
    expect(newest?.task).toBe("local");
    expect(costliest?.id).toBe(filled.ids.extracted);
    const latencies = slow.map(({ latencyMs }) => latencyMs);
    expect(latencies).toEqual(latencies.toSorted((a, b) => b - a));
  });

  test("a time that is none is refused with the ways to write it", async () => {
    await expect(events.list({ since: "yesterday" })).rejects.toThrow(
      /"yesterday" is no time.*"2h"/,
    );
  });
});

describe("get", () => {
  test("gives back what was written, by id or by its beginning", async () => {
    const event = await events.get(filled.ids.retried);
    expect(event).toMatchObject({
      id: filled.ids.retried,
      parentId: null,
      task: "reply",
      pattern: "complete",
      tags: { user: "ada", session: "s1", channel: "mail", urgent: true, 'odd "key"': 3 },
      prompt: { prompt: [{ role: "user" }] },
      response: [{ type: "text", text: "Your refund is on its way." }],
      source: "model",
      costUsd: expect.any(Number),
      attempts: [{ outcome: "RateLimited", status: 429 }, { outcome: "ok" }],
    });
    expect(await events.get(filled.ids.retried.slice(0, -1))).toEqual(event);
  });

  test("a beginning of several ids is refused, one of none is nothing", async () => {
    await expect(events.get("0")).rejects.toThrow(/Several ids begin with "0": .*, …\. Give more/);
    expect(await events.get("nothing")).toBeUndefined();
    expect(await events.get("%")).toBeUndefined();
  });

  test("children are the asks of an extract, in order, and sum up to their parent", async () => {
    const parent = await events.get(filled.ids.extracted);
    const asks = await events.children(filled.ids.extracted);
    expect(asks.map(({ errorCode }) => errorCode)).toEqual(["InvalidOutput", null]);
    const sum = asks.reduce((cost, { costUsd }) => cost + (costUsd ?? Number.NaN), 0);
    expect(parent?.costUsd).toBeCloseTo(sum, 12);
    expect(await events.children(filled.ids.retried)).toEqual([]);
  });
});

describe("stats", () => {
  test("by task: an extract that asked twice is one call, and one failed ask of it is no error", async () => {
    const stats = await events.stats();
    expect(stats.map(({ task, model, calls }) => [task, model, calls])).toEqual([
      ["reply", null, 4],
      ["summarize", null, 2],
      ["classify", null, 1],
      ["local", null, 1],
    ]);
    const [reply, summarize, classify, local] = stats;
    expect(reply).toMatchObject({ errors: 1, cacheHits: 1, coalesced: 0, retries: 1 });
    expect(reply?.savedUsd).toBeGreaterThan(0);
    expect(reply?.firstTokenMs.p50).toBeGreaterThan(0);
    expect(summarize).toMatchObject({ errors: 0, retries: 1, firstTokenMs: { p50: null } });
    expect(classify).toMatchObject({ errors: 0, retries: 0 });
    expect(local).toMatchObject({ costUsd: null, unpricedAttempts: 1 });
  });

  test("by model: each ask counts, under the target that answered", async () => {
    const stats = await events.stats({ by: ["model"] });
    expect(stats.map(({ model, calls, errors }) => [model, calls, errors])).toEqual([
      ["anthropic/claude-haiku-4-5", 7, 2],
      ["local/simulated", 1, 0],
      ["openai/gpt-5-mini", 1, 0],
    ]);
  });

  test("tokens and costs are the same however they are grouped: nothing is counted twice", async () => {
    const total = (groups: readonly { costUsd: number | null; inputTokens: number | null }[]) => ({
      cost: groups.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0),
      tokens: groups.reduce((sum, { inputTokens }) => sum + (inputTokens ?? 0), 0),
    });
    const all = total(await events.stats({ by: [] }));
    for (const by of [["task"], ["model"], ["task", "model"]] as const) {
      const grouped = total(await events.stats({ by }));
      expect(grouped.tokens).toBe(all.tokens);
      expect(grouped.cost).toBeCloseTo(all.cost, 12);
    }
  });

  test("filters apply, and no call makes no group", async () => {
    const [ada] = await events.stats({ by: [], tags: { user: "ada" } });
    expect(ada?.calls).toBe(2);
    expect(await events.stats({ by: [], task: "none" })).toEqual([]);
  });

  test("percentiles are of the nearest rank", async () => {
    const store = join(filled.folder, "ranked.db");
    await using seam = createSeam({ store, tasks: { rank: { model: simulatedModel() } } });
    for (let n = 1; n <= 20; n++) await seam.complete("rank", { prompt: String(n) });
    await seam.flush();
    using ranked = openEvents(store);
    const list = await ranked.list({ order: "slowest" });
    const latencies = list.map(({ latencyMs }) => latencyMs).reverse();
    const [stats] = await ranked.stats();
    expect(stats?.latencyMs).toEqual({ p50: latencies[9], p95: latencies[18], p99: latencies[19] });
  });
});

test("follow gives the last events, then new ones as another writes them, until its signal", async () => {
  const store = join(filled.folder, "followed.db");
  await using seam = createSeam({
    store,
    tasks: { a: { model: simulatedModel() }, b: { model: simulatedModel() } },
  });
  for (const prompt of ["first", "second", "third"]) await seam.complete("a", { prompt });
  await seam.flush();
  using reader = openEvents(store);
  const stop = new AbortController();
  const seen: CallEvent[] = [];
  const following = (async () => {
    for await (const event of reader.follow(
      { task: "a" },
      { signal: stop.signal, last: 2, pollMs: 10 },
    )) {
      seen.push(event);
      if (seen.length === 2) await seam.complete("b", { prompt: "not wanted" });
      if (seen.length === 2) await seam.complete("a", { prompt: "fourth" });
      if (seen.length === 3) stop.abort();
    }
  })();
  await following;
  const prompts = seen.map(({ prompt }) => JSON.stringify(prompt));
  expect(prompts.map((text) => /second|third|fourth|not wanted/.exec(text)?.[0])).toEqual([
    "second",
    "third",
    "fourth",
  ]);
});

describe("a file that cannot be read is refused with what to do", () => {
  test("none there", () => {
    expect(() => openEvents(join(filled.folder, "none.db"))).toThrow(
      /There is no event store at .*none\.db.*first call/,
    );
  });

  test("no database", async () => {
    const file = join(filled.folder, "notes.db");
    await writeFile(file, "these are my notes, and no database\n".repeat(50));
    expect(() => openEvents(file)).toThrow(/cannot be read: .*not a database/);
  });

  test("a database of something else", async () => {
    const file = join(filled.folder, "empty.db");
    await writeFile(file, "");
    expect(() => openEvents(file)).toThrow(/empty\.db holds no events/);
  });
});

test("reading changes nothing: the file can be a copy without write-ahead log", async () => {
  const copy = join(filled.folder, "copy.db");
  await copyFile(filled.store, copy);
  using copied = openEvents(copy);
  expect(await copied.list()).toHaveLength(8);
  expect(await copied.dropped()).toBe(0);
});
