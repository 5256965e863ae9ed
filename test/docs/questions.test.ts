import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../scripts/tool.ts";
import { openEvents } from "../../src/events.ts";
import { attemptOf, eventOf } from "../support/event.ts";
import { writeEvents } from "../support/event-store.ts";

const page = readFileSync(join(root, "docs/events.md"), "utf8");
const found = page.matchAll(/^\*\*(.+?)\*\*(?:.*\n)+?```sql\n([\s\S]*?)^```$/gm);
const questions = new Map([...found].map(([, name = "", sql = ""]) => [name, sql]));

const now = Date.now();
const january = Date.UTC(2026, 0, 14, 12);
const week = 7 * 86_400_000;
const usage = { outputTokens: 5, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
const asked = (text: string) => ({
  prompt: [{ role: "user" as const, content: [{ type: "text" as const, text }] }],
  maxOutputTokens: 64,
});

const events = [
  eventOf({ id: "new-1", time: now - 60_000, task: "reply", costUsd: 0.5 }),
  eventOf({ id: "new-2", time: now - 60_000, task: "reply", costUsd: null, unpricedAttempts: 1 }),
  eventOf({ id: "new-3", time: now - 60_000, task: "sort", costUsd: 2, errorCode: "Refused" }),
  eventOf({ id: "jan-1", time: january, task: "old", costUsd: 1, tags: { user: "ada" } }),
  eventOf({ id: "jan-2", time: january, task: "old", costUsd: 2, tags: { user: "bob" } }),
  eventOf({ id: "jan-3", time: january, task: "old", costUsd: 4, tags: { user: "ada" } }),
  eventOf({
    id: "slow-1",
    time: january,
    task: "slow",
    latencyMs: 90_000,
    prompt: asked("Tell me everything"),
  }),
  eventOf({ id: "hit-1", time: january, task: "cached", source: "cache", savedUsd: 0.25 }),
  eventOf({ id: "hit-2", time: january, task: "cached", source: "coalesced", savedUsd: 0.5 }),
  ...["hit-3", "hit-4"].map((id) => eventOf({ id, time: january, task: "cached" })),
  eventOf({
    id: "retry-1",
    time: january,
    task: "retried",
    attempts: [attemptOf({ outcome: "RateLimited", status: 429, durationMs: 20 }), attemptOf()],
  }),
  eventOf({
    id: "route-1",
    time: january,
    task: "rerouted",
    target: "p/weak",
    answeredBy: "p/strong",
    attempts: [
      attemptOf({ target: "p/weak", outcome: "Overloaded", status: 529, durationMs: 30 }),
      attemptOf({ target: "p/strong", durationMs: 50 }),
    ],
    reroutes: [{ from: "p/weak", to: "p/strong", reason: "Overloaded" }],
  }),
  eventOf({ id: "queue-1", time: january, task: "queued", queuedMs: 3_000, latencyMs: 12_000 }),
  ...[0, 1].map((ask) =>
    eventOf({
      id: `ask-1-${ask}`,
      time: january,
      task: "extracted",
      parentId: "ask-1",
      traceId: "ask-1",
      ...(ask === 0 && { errorCode: "InvalidOutput", errorMessage: "category: expected a text" }),
    }),
  ),
  eventOf({ id: "ask-1", time: january, task: "extracted", children: 2 }),
  ...["control", "canary"].map((arm) =>
    eventOf({
      id: `arm-${arm}`,
      time: january,
      task: "tried",
      arm,
      ...(arm === "canary" && { errorCode: "Refused", latencyMs: 400, costUsd: 0.004 }),
      ...(arm === "control" && { unpricedAttempts: 1 }),
    }),
  ),
  ...[0, 1].map((weeks) =>
    eventOf({
      id: `grow-${weeks}`,
      time: january + weeks * week,
      task: "grew",
      usage: { ...usage, inputTokens: 100 * (weeks + 1) },
    }),
  ),
  eventOf({
    id: "cut-1",
    time: january,
    task: "cut",
    prompt: asked("Tell me more"),
    finishReason: "length",
  }),
  eventOf({ id: "tag-1", time: january, task: "tagged", tags: { channel: "mail" } }),
];

/** What stands in the answer, among rows of other tasks: everything, where the question takes no task. */
const answers: Readonly<Record<string, { readonly task?: string; readonly rows: object[] }>> = {
  "Spend by feature this week": {
    rows: [
      { task: "sort", calls: 1, errors: 1, usd: 2, attempts_of_unknown_cost: 0 },
      { task: "reply", calls: 2, errors: 0, usd: 0.5, attempts_of_unknown_cost: 1 },
    ],
  },
  "Spend by user and month": {
    rows: [
      { month: "2026-01", user: "ada", usd: 5, attempts_of_unknown_cost: 0 },
      { month: "2026-01", user: "bob", usd: 2, attempts_of_unknown_cost: 0 },
    ],
  },
  "The slowest prompts": {
    task: "slow",
    rows: [
      {
        id: "slow-1",
        task: "slow",
        ms: 90_000,
        queued_ms: 0,
        attempts: 1,
        output_tokens: 1,
        asked: "Tell me everything",
      },
    ],
  },
  "How often the cache answered": {
    task: "cached",
    rows: [{ task: "cached", percent_cached: 50, saved_usd: 0.75, savings_unknown: 0 }],
  },
  "Calls that needed a retry": {
    rows: [
      { task: "rerouted", ended: "ok", calls: 1, retries: 1 },
      { task: "retried", ended: "ok", calls: 1, retries: 1 },
    ],
  },
  "What the fallbacks saved us from": {
    rows: [
      {
        task: "rerouted",
        target: "p/weak",
        answered_by: "p/strong",
        first_failed_with: "Overloaded",
        calls: 1,
      },
    ],
  },
  "Attempts by outcome, for each target": {
    rows: [
      { target: "p/strong", outcome: "ok", status: 200, attempts: 1, average_ms: 50 },
      { target: "p/weak", outcome: "Overloaded", status: 529, attempts: 1, average_ms: 30 },
      { target: "test/first", outcome: "ok", status: 200, attempts: 21, average_ms: 100 },
      { target: "test/first", outcome: "RateLimited", status: 429, attempts: 1, average_ms: 20 },
    ],
  },
  "Time lost to queues": {
    rows: [{ task: "queued", queued_calls: 1, seconds: 3, percent_of_their_time: 25 }],
  },
  "Extracts that had to ask again": {
    rows: [{ task: "extracted", id: "ask-1", asks: 2, error_message: "category: expected a text" }],
  },
  "The arms of a canary compared": {
    rows: [
      {
        task: "tried",
        arm: "canary",
        calls: 1,
        percent_failed: 100,
        average_ms: 400,
        usd_per_call: 0.004,
        attempts_of_unknown_cost: 0,
      },
      {
        task: "tried",
        arm: "control",
        calls: 1,
        percent_failed: 0,
        average_ms: 100,
        usd_per_call: 0.001,
        attempts_of_unknown_cost: 1,
      },
    ],
  },
  "Prompts that grew": {
    task: "grew",
    rows: [
      { task: "grew", week: "2026-02", calls: 1, input_tokens_per_call: 100 },
      { task: "grew", week: "2026-03", calls: 1, input_tokens_per_call: 200 },
    ],
  },
  "Answers that were cut off": { rows: [{ task: "cut", output_limit: 64, calls: 1 }] },
  "Calls by a tag": { rows: [{ id: "tag-1", channel: "mail", answer: "hi" }] },
};

let folder: string;
let database: DatabaseSync;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-questions-"));
  await writeEvents(join(folder, "seam.db"), events);
  database = new DatabaseSync(join(folder, "seam.db"), { readOnly: true });
});
afterAll(async () => {
  database.close();
  await rm(folder, { recursive: true, force: true });
});

test("the page asks at least ten questions, and every one has its answer here", () => {
  expect([...questions.keys()].toSorted()).toEqual(Object.keys(answers).toSorted());
  expect(questions.size).toBeGreaterThanOrEqual(10);
});

test.each(Object.keys(answers))("%s", (name) => {
  const { task, rows = [] } = answers[name] ?? {};
  const all = database
    .prepare(questions.get(name) ?? "")
    .all()
    .map((row) => ({ ...row }));
  const wanted = all.filter((row) => task === undefined || row["task"] === task);
  const sorted = (list: object[]) => list.map((row) => JSON.stringify(row)).toSorted();
  expect(sorted(wanted)).toEqual(sorted(rows));
});

test("what a feature spent by SQL is what the statistics say", async () => {
  using reader = openEvents(join(folder, "seam.db"));
  const stats = await reader.stats({ since: "7d" });
  const rows = database.prepare(questions.get("Spend by feature this week") ?? "").all();
  expect(rows.map(({ task, calls, usd }) => [task, calls, usd]).toSorted()).toEqual(
    stats.map(({ task, calls, costUsd }) => [task, calls, costUsd]).toSorted(),
  );
});
