import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeam } from "llm-seam";
import { simulatedModel } from "llm-seam/simulator";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { CallEvent } from "../../src/call/event.ts";
import { eventOf } from "../support/event.ts";
import { writeEvents } from "../support/event-store.ts";
import { jsonLines, runSeam } from "./run-seam.testkit.ts";

let folder: string;
let store: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-sample-"));
  store = join(folder, "seam.db");
  file = join(folder, "cases.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function callOf(id: string, text: string, changes: Partial<CallEvent> = {}): CallEvent {
  const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text }] }];
  return eventOf({ id, time: Date.now(), prompt: { prompt }, ...changes });
}

const numbered = (count: number, changes: Partial<CallEvent> = {}): CallEvent[] =>
  Array.from({ length: count }, (_, index) =>
    callOf(`call-${index}`, `question ${index}`, changes),
  );

const add = (...args: string[]) =>
  runSeam(["eval", "add", ...args, "--to", file, "--store", store]);
const sample = (...args: string[]) =>
  runSeam(["eval", "sample", "--to", file, "--store", store, ...args]);
const rows = async () => jsonLines(await readFile(file, "utf8"));
const ids = async () => (await rows()).map(({ id }) => id);

test("calls of an app become cases, redacted, each once", async () => {
  const script = {
    replies: [
      { match: { prompt: "Sort" }, reply: { type: "json", value: { mail: "ada@example.com" } } },
      { reply: "Write to sales@example.com." },
    ],
  } as const;
  const model = simulatedModel({ script });
  const seam = createSeam({ tasks: { reply: { model }, sort: { model } }, store });
  const system = "Be kind.";
  const asked = await seam.complete("reply", { system, prompt: "I am ada@example.com" });
  const schema = z.object({ mail: z.string() });
  const sorted = await seam.extract("sort", { prompt: "Sort \u001b[2Jthis", schema });
  await seam.close();
  const { code, stdout } = await add(asked.callId, sorted.callId.slice(0, 19));
  expect(code).toBe(0);
  expect(stdout).toBe(`${asked.callId} added\n${sorted.callId} added\n`);
  const [first, second] = await rows();
  expect(first).toMatchObject({
    id: asked.callId,
    input: [
      { role: "system", content: "Be kind." },
      { role: "user", content: "I am [email]" },
    ],
    output: "Write to [email].",
    metadata: { task: "reply", call: asked.callId, finishReason: "stop" },
    review: "open",
  });
  expect(first).not.toHaveProperty("expected");
  expect(second).toMatchObject({ expected: { mail: "[email]" }, output: { mail: "[email]" } });
  const before = await readFile(file, "utf8");
  expect((await add(asked.callId)).stdout).toBe(`${asked.callId} is there already\n`);
  expect(await readFile(file, "utf8")).toBe(before);
});

test("rows that were reviewed stay as they are, to the letter", async () => {
  const reviewed = '{ "id":"call-1",  "input":"mine","review":"rejected" }';
  await writeFile(
    file,
    `${reviewed}\n\n{"id":"own","input":[{"role":"user","content":"question 2"}]}`,
  );
  await writeEvents(store, numbered(4));
  expect((await add("call-0", "call-1", "call-2")).stdout).toBe(
    "call-0 added\ncall-1 is there already\ncall-2 left out: case own has the same input\n",
  );
  expect(await readFile(file, "utf8")).toContain(`${reviewed}\n`);
  await sample();
  expect(await ids()).toEqual(["call-1", "own", "call-0", "call-3"]);
});

test("--redact none is asked for by name, and keeps secrets out all the same", async () => {
  const text = "ada@example.com, my key is sk-ant-REDACTED";
  await writeEvents(store, [callOf("a", text)]);
  await add("a", "--redact", "none");
  expect(JSON.stringify(await rows())).toContain("ada@example.com, my key is [secret]");
});

test("calls that cannot be cases are refused in words, and nothing is written", async () => {
  await writeEvents(store, [
    callOf("kept", "x"),
    callOf("gone", "x", { content: "none", prompt: { prompt: [] }, response: null }),
  ]);
  const { code, stderr } = await add("kept", "gone");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /Nothing was kept of what call gone said: its task "ask" has `content: "none"`/,
  );
  await expect(readFile(file)).rejects.toThrow("ENOENT");
  expect((await add("nobody")).stderr).toMatch(/No call in .* has the id "nobody"/);
  expect((await add("")).stderr).toContain("The id of the call is empty");
  await writeFile(file, "[1]\n");
  expect((await add("kept")).stderr).toMatch(/cases\.jsonl:1: It is no case/);
  expect(await readFile(file, "utf8")).toBe("[1]\n");
});

test("many processes add to one file: every case is there, once", async () => {
  await writeEvents(store, numbered(12));
  const all = numbered(12).map(({ id }) => id);
  const shares = [all.slice(0, 8), all.slice(4), all.slice(2, 10), all.toReversed()];
  const ends = await Promise.all(shares.map((share) => add(...share)));
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect((await ids()).toSorted()).toEqual(all.toSorted());
});

test("a seed draws the same calls, another one others; what is there is not drawn again", async () => {
  await writeEvents(store, numbered(60));
  await sample("--n", "10");
  const first = await ids();
  expect(new Set(first).size).toBe(10);
  await rm(file);
  await sample("--n", "10", "--seed", "1");
  expect(await ids()).toEqual(first);
  await rm(file);
  await sample("--n", "10", "--seed", "2");
  expect(await ids()).not.toEqual(first);
  const { stderr } = await sample("--n", "60");
  expect(stderr).toMatch(
    /50 cases added .*drawn by random \(seed 1\) from 60 calls \(10 were cases already\)/,
  );
  expect(new Set(await ids()).size).toBe(60);
  const none = await sample();
  expect(none.code).toBe(1);
  expect(none.stderr).toContain("Of 60 calls none is left to draw: 60 are cases already.");
});

test("filters choose; calls of evals, and calls within others, are never drawn", async () => {
  await writeEvents(store, [
    callOf("mine", "a", { tags: { plan: "gold" } }),
    callOf("other", "b"),
    callOf("judged", "c", { tags: { plan: "gold", eval: "tickets" } }),
    callOf("part", "d", { parentId: "mine", traceId: "mine", tags: { plan: "gold" } }),
    callOf("again", "a", { tags: { plan: "gold" } }),
  ]);
  const { stderr } = await sample("--tag", "plan=gold");
  expect(stderr).toContain("1 case added");
  expect((await rows()).map(({ input }) => input)).toEqual([[{ role: "user", content: "a" }]]);
  const none = await sample("--task", "nothing");
  expect(none.stderr).toContain("No call matches.");
});

test("by failure: each kind in turn, with what it is", async () => {
  await writeEvents(
    store,
    [
      ...numbered(20),
      ...Array.from({ length: 9 }, (_, index) =>
        callOf(`limit-${index}`, `limited ${index}`, { errorCode: "RateLimited", response: null }),
      ),
      callOf("cut", "cut", { finishReason: "length" }),
      callOf("aborted", "gone", { errorCode: "Aborted" }),
    ],
    [{ callId: "call-7", name: "helpful", value: 0.2, time: 0 }],
  );
  await sample("--by", "failure", "--n", "4");
  const signs = (await rows()).map(({ metadata }) => (metadata as { sign: string }).sign);
  expect(signs.toSorted()).toEqual([
    "error: RateLimited",
    "error: RateLimited",
    "low score: helpful",
    "truncated",
  ]);
});

test("where nothing can be drawn in this way, that is said", async () => {
  await writeEvents(store, numbered(3, { costUsd: null }));
  expect((await sample("--by", "failure")).stderr).toContain(
    "Of 3 calls none shows a sign of having gone badly.",
  );
  expect((await sample("--by", "cost")).stderr).toContain("Of 3 calls none has a known cost.");
});

test("by cost: what costs nothing is not drawn, and what costs most is drawn most readily", async () => {
  const dear = numbered(40).map((event, index) => ({ ...event, costUsd: index < 5 ? 10 : 0.001 }));
  await writeEvents(store, [...dear, callOf("free", "free", { costUsd: 0 })]);
  await sample("--by", "cost", "--n", "5");
  expect((await ids()).toSorted()).toEqual(["call-0", "call-1", "call-2", "call-3", "call-4"]);
});

test("by cluster: a few of each kind of prompt, not many of one", async () => {
  const topics = [
    "refund of my last order please",
    "app crashes on settings page",
    "change delivery address",
  ];
  const calls = topics.flatMap((topic, kind) =>
    Array.from({ length: kind === 0 ? 30 : 3 }, (_, index) =>
      callOf(`${kind}-${index}`, `${topic} ${index}`),
    ),
  );
  await writeEvents(store, calls);
  await sample("--by", "cluster", "--n", "6");
  expect((await ids()).map((id) => String(id).charAt(0)).toSorted()).toEqual([
    "0",
    "0",
    "1",
    "1",
    "2",
    "2",
  ]);
});

test("content that was not kept is said to be the reason where nothing can be drawn", async () => {
  await writeEvents(
    store,
    numbered(3, { content: "none", prompt: { prompt: [] }, response: null }),
  );
  const { code, stderr } = await sample();
  expect(code).toBe(1);
  expect(stderr).toContain("Nothing was kept of what the 3 calls said that could be drawn");
  expect((await sample("--by", "luck")).code).toBe(2);
});
