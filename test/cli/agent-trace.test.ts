import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Troubles } from "../../src/call/troubles.ts";
import { openSqliteStore } from "../../src/stores/sqlite/store.ts";
import { hour, requestOf, runOf } from "../state/run-stores.ts";
import { eventOf } from "../support/event.ts";
import { writeEvents } from "../support/event-store.ts";
import { segmentEvent, stepEvent, toolEvent } from "../support/run-events.ts";
import { jsonLines, runSeam } from "./run-seam.testkit.ts";

const hostile = "\u001b[2Jgone\u202e";
const usage = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  outputTokens,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
});
const longNote = `${"long ".repeat(500)}end of the note`;

/** Looks an order up, asks for too much, then for less, which fails, and answers; one tool asks a model itself. */
const answered = [
  segmentEvent({
    id: "run-a",
    time: 1_000,
    latencyMs: 4_000,
    usage: usage(330, 33),
    costUsd: 0.007,
  }),
  stepEvent("run-a", {
    id: "step-1",
    time: 1_010,
    latencyMs: 900,
    finishReason: "tool-calls",
    usage: usage(100, 10),
    costUsd: 0.002,
  }),
  toolEvent("run-a", {
    id: "tool-look",
    time: 2_000,
    latencyMs: 500,
    children: 1,
    usage: usage(30, 3),
    costUsd: 0.001,
    record: { name: "lookUpOrder" },
    input: { orderId: "A-1", note: hostile + longNote },
    output: `{"total":80}${hostile}`,
  }),
  eventOf({
    id: "inner",
    task: "summarize",
    parentId: "tool-look",
    traceId: "run-a",
    time: 2_100,
    latencyMs: 300,
    usage: usage(30, 3),
    costUsd: 0.001,
  }),
  toolEvent("run-a", {
    id: "tool-much",
    time: 3_000,
    latencyMs: 0,
    record: {
      name: "refund",
      effect: "irreversible",
      outcome: "denied",
      stoppedBy: "constraint",
      reason: `at most 50 USD${hostile}`,
    },
    errorCode: "ToolDenied",
    errorMessage: `at most 50 USD${hostile}`,
    input: { orderId: "A-1", amount: 80 },
  }),
  toolEvent("run-a", {
    id: "tool-fails",
    time: 3_500,
    latencyMs: 1_000,
    errorCode: "ToolFailed",
    errorMessage: "the bank is closed",
    record: {
      name: "refund",
      effect: "irreversible",
      outcome: "failed",
      reason: "refund failed",
      approval: { id: "approval-1", approved: true, by: "ada" },
    },
    input: { orderId: "A-1", amount: 40 },
  }),
  stepEvent("run-a", {
    id: "step-2",
    time: 4_600,
    latencyMs: 400,
    response: [{ type: "text", text: `I am sorry.${hostile}` }],
    usage: usage(200, 20),
    costUsd: 0.004,
  }),
];

/** Its process died: the run itself never got an event. */
const broken = [
  stepEvent("run-b", { id: "b-step", time: 10_000, latencyMs: 100, finishReason: "tool-calls" }),
  eventOf({ id: "b-inner", parentId: "b-tool", traceId: "run-b", time: 10_200, latencyMs: 100 }),
];

/** Waits for approval twice: one was given, one still waits, a third went by. */
const waits = [
  segmentEvent({ id: "wait-1", time: 20_000, latencyMs: 1_000, finishReason: "tool-calls" }),
  stepEvent("wait-1", { id: "wait-1-step", time: 20_000, finishReason: "tool-calls" }),
  ...["given", "gone"].map((id) =>
    toolEvent("wait-1", {
      id: `wait-1-${id}`,
      time: 20_500,
      latencyMs: 1,
      record: { name: "refund", toolCallId: id, outcome: "waiting", stoppedBy: "approval" },
      input: { id },
    }),
  ),
  segmentEvent({ id: "wait-2", time: 90_000, latencyMs: 500, finishReason: "tool-calls" }),
  toolEvent("wait-2", {
    id: "wait-2-open",
    time: 90_400,
    latencyMs: 1,
    record: { name: "refund", toolCallId: "open", outcome: "waiting", stoppedBy: "approval" },
    input: { id: "open" },
  }),
];

/** A run whose tool started a run of another agent, which paused; it went on by itself later. */
const nested = [
  segmentEvent({ id: "outer", task: "desk", time: 30_000, latencyMs: 900 }),
  toolEvent("outer", {
    id: "outer-tool",
    time: 30_100,
    record: { name: "lookUpOrder" },
    input: {},
  }),
  segmentEvent({ id: "sub-1", parentId: "outer-tool", traceId: "outer", time: 30_200 }),
  stepEvent("sub-1", { id: "sub-step", traceId: "outer", time: 30_250 }),
  toolEvent("sub-1", {
    id: "sub-waits",
    traceId: "outer",
    time: 30_300,
    record: { name: "refund", outcome: "waiting", stoppedBy: "approval" },
    input: {},
  }),
  segmentEvent({ id: "sub-2", time: 95_000 }),
  stepEvent("sub-2", { id: "sub-2-step", time: 95_010 }),
];

async function keepWaitingRun(path: string): Promise<void> {
  const store = openSqliteStore(path, new Troubles(), { retentionMs: false });
  const run = runOf({ id: "wait-1", segments: ["wait-1"] });
  const ask = (toolCallId: string, expiresAt = Date.now() + hour) =>
    requestOf({ id: `ask-${toolCallId}`, runId: "wait-1", toolCallId, expiresAt });
  await store.runs.pause(run, [ask("given"), ask("gone", Date.now() - 1)], null);
  await store.runs.decide("ask-given", { approved: true, by: "ada", note: `fine${hostile}` });
  await store.runs.claim("wait-1", "other", hour);
  const next = { ...run, segments: ["wait-1", "wait-2"] };
  await store.runs.pause(next, [ask("open")], "other");
  const sub = runOf({ id: "sub-1", segments: ["sub-1"] });
  await store.runs.pause(sub, [], null);
  await store.runs.claim("sub-1", "other", hour);
  const end = { runId: "sub-1", holder: "other", keepContent: true };
  await store.runs.end({ ...end, segments: ["sub-1", "sub-2"] });
  const lost = runOf({ id: "lost-1", segments: ["lost-1"] });
  await store.runs.pause(lost, [requestOf({ id: "ask-lost", runId: "lost-1" })], null);
  await store.close();
}

let folder: string;
let store: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-trace-"));
  const path = join(folder, "seam.db");
  await writeEvents(path, [...answered, ...broken, ...waits, ...nested]);
  await keepWaitingRun(path);
  store = ["--store", path];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function trace(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runSeam(["agent", "trace", ...args, ...store]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

test("a run is a tree: what was made for what, when, how long, for how much, and what came of it", async () => {
  const text = await trace("run-a");
  const lines = text.split("\n");
  expect(lines[0]).toBe("Run run-a  refund  answered");
  expect(lines[1]).toBe(
    "  2 steps; 3 tool calls (1 denied, 1 failed); 330 tokens in, 33 out; $0.007; 4 s of work",
  );
  const rows = lines
    .slice(5, 12)
    .map((line) => line.replace(/│[ █]+│/, "bar").replace(/ {2,}/g, " | "));
  expect(lines[3]).toMatch(/^Began /);
  expect(rows).toEqual([
    "refund (agent) | 0 ms | 4 s | bar | 330 | 33 | $0.007 | stop",
    "├─ test/first | 10 ms | 900 ms | bar | 100 | 10 | $0.002 | tool-calls",
    expect.stringMatching(
      /^├─ lookUpOrder \{"orderId":"A-1","note":"\\u001b\[2Jgone.*… \| 1 s \| 500 ms \| bar \| 30 \| 3 \| \$0\.001 \| done$/,
    ),
    "│ | └─ summarize (complete) test/first | 1.1 s | 300 ms | bar | 30 | 3 | $0.001 | stop",
    '├─ refund {"orderId":"A-1","amount":80} | 2 s | 0 ms | bar | denied: constraint',
    '├─ refund {"orderId":"A-1","amount":40} | 2.5 s | 1 s | bar | failed',
    "└─ test/first | 3.6 s | 400 ms | bar | 200 | 20 | $0.004 | stop",
  ]);
});

/** Everything a terminal could obey, but for the line's end. */
function steers(text: string): boolean {
  return /[\p{Cc}\p{Cf}]/u.test(text.replaceAll("\n", ""));
}

test("what was denied, decided or failed stands below it with its reasons; nothing steers the terminal", async () => {
  const text = await trace("run-a");
  const [, held = ""] = text.split("Held back, decided, or failed\n");
  expect(
    held
      .trimEnd()
      .split("\n")
      .map((line) => line.trim()),
  ).toEqual([
    'refund {"orderId":"A-1","amount":80}',
    "denied (constraint): at most 50 USD\\x1b[2Jgone\\u202e",
    'refund {"orderId":"A-1","amount":40}',
    "failed: refund failed",
    "approval approval-1: approved by ada",
    "ToolFailed: the bank is closed",
  ]);
  expect(steers(text)).toBe(false);
});

test("--full has arguments, results and answers whole, as safe to print", async () => {
  const short = await trace("run-a");
  const full = await trace("run-a", "--full");
  expect(short).not.toContain("end of the note");
  expect(full).toContain("end of the note");
  expect(full).toContain('{"total":80}');
  expect(full).toContain("I am sorry.");
  expect(steers(full)).toBe(false);
});

test.each(["run-a", "tool-l", "inner"])("the run is found by %s", async (id) => {
  expect(await trace(id)).toContain("Run run-a");
});

test("the beginning of several ids is an error, also where one of them has not ended", async () => {
  const { code, stderr } = await runSeam(["agent", "trace", "run", ...store]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/Several ids begin with "run": run-a, run-b\. Give more/);
});

test("a run that paused is shown with all its parts, and how each approval stands", async () => {
  const text = await trace("wait-2-open");
  expect(text).toMatch(/^Run wait-1 {2}refund {2}waits for approval\n {2}1 step; 3 tool calls/);
  expect(text).toMatch(/\b1\.5 s of work\n/);
  expect(text).toMatch(/Part 1, began [\s\S]*Part 2, began /);
  expect(text).toContain("approval ask-given: approved by ada, ");
  expect(text).toContain("fine\\x1b[2Jgone");
  expect(text).toMatch(/approval ask-gone: expired /);
  expect(text).toMatch(/approval ask-open: waits until /);
  expect(await trace("wait-1")).toBe(text);
  const json = JSON.parse(await trace("wait-1", "--json"));
  expect(json.segments.map(({ id }: { id: string }) => id)).toEqual(["wait-1", "wait-2"]);
  expect(json.approvals[0]).toMatchObject({ id: "ask-given", decision: { by: "ada" } });
});

test("--json is the whole tree with the totals", async () => {
  const run = JSON.parse(await trace("step-2", "--json"));
  expect(run).toMatchObject({
    id: "run-a",
    task: "refund",
    approvals: [],
    totals: { steps: 2, tools: { done: 1, denied: 1, failed: 1 }, costUsd: 0.007, workedMs: 4_000 },
    segments: [
      {
        id: "run-a",
        event: { id: "run-a", pattern: "agent" },
        calls: [
          { id: "step-1" },
          { id: "tool-look", tool: { name: "lookUpOrder" }, calls: [{ id: "inner", calls: [] }] },
          { id: "tool-much", tool: { stoppedBy: "constraint" } },
          { id: "tool-fails", errorMessage: "the bank is closed" },
          { id: "step-2" },
        ],
      },
    ],
  });
});

test("a run whose process died shows what it left behind", async () => {
  const text = await trace("run-b");
  expect(text).toContain("not ended, or its process died");
  expect(text).toMatch(/├─ test\/first .*tool-calls\n└─ ask \(complete\) test\/first/);
  expect(await trace("b-in")).toBe(text);
});

test("a run whose process was killed while it paused is still found, and says what to do", async () => {
  expect(await trace("lost-1")).toMatch(
    /^Run lost-1 {2}\S+ {2}waits for approval\n.*\n\nPart 1\n.*killed.*\n {2}seam approvals --all --run lost-1\n$/,
  );
});

test("a run that was made in a tool and paused there is a run of its own, with its later parts", async () => {
  const text = await trace("sub-1");
  expect(text).toMatch(/^Run sub-1 {2}refund {2}answered\n {2}2 steps; 1 tool call \(1 waiting\)/);
  expect(text).toMatch(/Part 1, began [\s\S]*refund \(agent\)[\s\S]*Part 2, began /);
  expect(text).not.toContain("desk");
  for (const id of ["sub-step", "sub-waits", "sub-2-step"]) expect(await trace(id)).toBe(text);
  const outer = await trace("outer-tool");
  expect(outer).toMatch(/^Run outer {2}desk {2}answered\n {2}0 steps; 2 tool calls/);
  expect(outer).toMatch(/└─ lookUpOrder \{\} [\s\S]* {3}└─ refund \(agent\) /);
});

test("`seam calls show` tells what a tool was given and gave back, who agreed, and what stopped it", async () => {
  const failed = await runSeam(["calls", "show", "tool-fails", ...store]);
  expect(failed.stdout).toMatch(
    /tool +refund \(irreversible\)\n +outcome +failed: refund failed\n/,
  );
  expect(failed.stdout).toMatch(/approval +approval-1: approved by ada\n/);
  expect(failed.stdout).toMatch(/Input\n {2}\[assistant: tool call refund\]\n/);
  const denied = await runSeam(["calls", "show", "tool-much", ...store]);
  expect(denied.stdout).toMatch(/outcome +denied \(constraint\): at most 50 USD\\x1b/);
  expect(steers(denied.stdout)).toBe(false);
});

test("`seam stats --by tool` tells what became of the calls of each tool", async () => {
  const { stdout } = await runSeam(["stats", "--by", "tool", "--json", ...store]);
  expect(jsonLines(stdout)).toMatchObject([
    {
      tool: "refund",
      calls: 6,
      done: 0,
      errors: 1,
      denied: 1,
      held: 4,
    },
    {
      tool: "lookUpOrder",
      calls: 2,
      done: 2,
      errors: 0,
      denied: 0,
      held: 0,
    },
  ]);
  const table = await runSeam(["stats", "--by", "tool", ...store]);
  expect(table.stdout).toMatch(/^TOOL +CALLS +DONE +ERRORS +DENIED +HELD +P50 +P95\nrefund +6 /);
});

test("an id that there is not is an error that says where to look", async () => {
  const { code, stderr } = await runSeam(["agent", "trace", "nope", ...store]);
  expect(code).toBe(1);
  expect(stderr).toContain('has an event with the id "nope"');
});
