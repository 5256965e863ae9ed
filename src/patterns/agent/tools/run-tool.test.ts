import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { currentFamily } from "../../../call/family.ts";
import { agentRule } from "../../../config/agent.ts";
import { RateLimited } from "../../../errors.ts";
import { dataMarks } from "../../data-marks.ts";
import type { AgentTool } from "../tool.ts";
import { runTool, type ToolCallParts } from "./run-tool.ts";
import { ToolFailure } from "./tool-failure.ts";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (error) => unhandled.push(error));

afterEach(async () => {
  await wait(5);
  expect(unhandled.splice(0)).toEqual([]);
});

const family = { parentId: "call", traceId: "run", add: () => {} };

function partsOf(
  tool: Partial<AgentTool> | ((input: never, options: never) => unknown),
  more: Partial<ToolCallParts> = {},
): ToolCallParts {
  const traits = typeof tool === "function" ? { execute: tool } : tool;
  return {
    tool: { effect: "read", inputSchema: { jsonSchema: {} }, ...traits },
    name: "lookUp",
    toolCallId: "c1",
    input: { orderId: "A1" },
    context: { customer: "ann" },
    runId: "run",
    idempotencyKey: "key",
    rule: { ...agentRule(undefined), toolTimeoutMs: 5_000 },
    signal: new AbortController().signal,
    marks: dataMarks("k3x9q2m7"),
    family,
    ...more,
  };
}

const trusting = (output: unknown, more: Partial<AgentTool> = {}) =>
  runTool(partsOf({ execute: () => output, trusted: true, ...more }));

test("a tool is given its input, the context, and what the AI SDK gives its tools", async () => {
  const seen: unknown[] = [];
  const run = await runTool(
    partsOf((...given: unknown[]) => {
      seen.push(...given, currentFamily());
      return { status: "sent" };
    }),
  );
  expect(seen).toEqual([
    { orderId: "A1" },
    {
      toolCallId: "c1",
      messages: [],
      abortSignal: expect.any(AbortSignal),
      context: { customer: "ann" },
      runId: "run",
      idempotencyKey: "key",
    },
    family,
  ]);
  expect(run).toMatchObject({
    outcome: "done",
    output: { status: "sent" },
    forModel: {
      type: "text",
      value: '[data k3x9q2m7 from lookUp]\n{"status":"sent"}\n[end of data k3x9q2m7]',
    },
    untrusted: true,
    cutFrom: null,
    error: null,
    reason: null,
  });
});

test("a tool that takes too long is stopped, and one that ignores its signal is not waited for", async () => {
  let aborted: unknown;
  const release = Promise.withResolvers<void>();
  const run = await runTool(
    partsOf({
      timeout: "30ms",
      effect: "irreversible",
      execute: async (_input: never, { abortSignal }: { abortSignal: AbortSignal }) => {
        abortSignal.addEventListener("abort", () => {
          aborted = abortSignal.reason;
        });
        await release.promise;
        throw new Error("too late");
      },
    }),
  );
  expect(run).toMatchObject({
    outcome: "timed-out",
    output: undefined,
    error: { name: "TimeoutError" },
    reason:
      "The tool lookUp took longer than 30 ms and was stopped. Whether it took effect is not known.",
    forModel: { type: "error-text" },
    untrusted: false,
  });
  expect(run.durationMs).toBeGreaterThanOrEqual(29);
  expect(aborted).toMatchObject({ name: "TimeoutError" });
  release.resolve();
});

test("the run's own end is no outcome: it rejects with its reason", async () => {
  const abort = new AbortController();
  const reason = new Error("the caller left");
  const heard = Promise.withResolvers<unknown>();
  const running = runTool(
    partsOf(
      async (_input: never, { abortSignal }: { abortSignal: AbortSignal }) => {
        abortSignal.addEventListener("abort", () => heard.resolve(abortSignal.reason));
        await new Promise(() => {});
      },
      { signal: abort.signal },
    ),
  );
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(await heard.promise).toBe(reason);
  const untouched = vi.fn();
  await expect(runTool(partsOf(untouched, { signal: abort.signal }))).rejects.toBe(reason);
  expect(untouched).not.toHaveBeenCalled();
});

test("of an error the model learns that there was one; the event has all but secrets", async () => {
  const cause = new Error("connect postgres://shop:hunter2222@db.internal:5432");
  const run = await runTool(
    partsOf(() => {
      throw new TypeError("query failed with api_key=sk-live-abcdef1234567890", { cause });
    }),
  );
  expect(run).toMatchObject({
    outcome: "failed",
    reason: "The tool lookUp failed.",
    untrusted: false,
  });
  expect(run.forModel).toEqual({ type: "error-text", value: "The tool lookUp failed." });
  expect(run.error?.name).toBe("TypeError");
  expect(run.error?.message).toMatch(/^query failed with .*; caused by Error: connect postgres:/);
  expect(JSON.stringify(run)).not.toMatch(/sk-live|hunter2222|run-tool\.test/);
});

test("a ToolFailure says to the model what its author wrote", async () => {
  const run = await runTool(
    partsOf(() => Promise.reject(new ToolFailure("There is no order A1."))),
  );
  expect(run).toMatchObject({
    outcome: "failed",
    reason: "There is no order A1.",
    forModel: {
      type: "error-text",
      value: expect.stringContaining("\nThere is no order A1.\n[end of data"),
    },
    untrusted: true,
    error: { name: "ToolFailure" },
  });
});

test.each([
  ["nothing", undefined, "undefined"],
  ["a text", "boom", "boom"],
  ["an object without a prototype", Object.create(null), "(no message)"],
  ["an error that causes itself", selfCaused(), "round"],
  [
    "several errors",
    new AggregateError([new Error("first")], "all"),
    "all; caused by Error: first",
  ],
  ["an error of Seam", new RateLimited("Slow down."), new RateLimited("Slow down.").message],
  ["an abort that nobody asked for", new DOMException("stopped", "AbortError"), "stopped"],
])("%s thrown is a failed tool", async (_, thrown, message) => {
  const run = await runTool(partsOf(() => Promise.reject(thrown)));
  expect(run).toMatchObject({ outcome: "failed", reason: "The tool lookUp failed." });
  expect(run.error?.message).toBe(message);
});

test("of several results the last one counts, and a generator is stopped when its time is up", async () => {
  async function* counting() {
    yield 1;
    yield { step: 2 };
  }
  expect(await trusting(counting())).toMatchObject({ outcome: "done", output: { step: 2 } });
  const stopped = Promise.withResolvers<void>();
  async function* endless() {
    try {
      for (;;) {
        yield 1;
        await wait(1);
      }
    } finally {
      stopped.resolve();
    }
  }
  expect(await trusting(endless(), { timeout: 20 })).toMatchObject({ outcome: "timed-out" });
  await stopped.promise;
});

test("no listener is left on the run's signal", async () => {
  const abort = new AbortController();
  const added = vi.spyOn(abort.signal, "addEventListener");
  const removed = vi.spyOn(abort.signal, "removeEventListener");
  await runTool(partsOf(() => 1, { signal: abort.signal }));
  await runTool(partsOf(() => Promise.reject(new Error("x")), { signal: abort.signal }));
  expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
});

test.each([
  ["nothing", undefined, "(done; the tool gave no result)", undefined],
  ["an empty text", "", "(done; the tool gave no result)", ""],
  ["null", null, "null", null],
  ["a number", 12.5, "12.5", 12.5],
  ["a bigint", 12n, '"12"', "12"],
  ["bytes", new Uint8Array(3), '"[3 bytes]"', "[3 bytes]"],
  ["a buffer within", { a: Buffer.from("abc") }, '{"a":"[3 bytes]"}', { a: "[3 bytes]" }],
  [
    "a date",
    { at: new Date(0) },
    '{"at":"1970-01-01T00:00:00.000Z"}',
    { at: "1970-01-01T00:00:00.000Z" },
  ],
  ["a map and a set", new Map([["a", new Set([1])]]), '{"a":[1]}', { a: [1] }],
  [
    "a circle",
    circle(),
    '{"name":"round","self":"[circular]"}',
    { name: "round", self: "[circular]" },
  ],
  ["the same object twice", twice(), '{"a":{"x":1},"b":[{"x":1}]}', { a: { x: 1 }, b: [{ x: 1 }] }],
  [
    "what fails to be read",
    {
      get a() {
        throw new Error("no");
      },
    },
    '"[this cannot be written as JSON]"',
    "[this cannot be written as JSON]",
  ],
  ["a function", () => 1, "null", null],
])("what is given back: %s", async (_, output, text, kept) => {
  const run = await trusting(output);
  expect(run).toMatchObject({ outcome: "done", forModel: { type: "text", value: text } });
  expect(run.output).toEqual(kept);
});

test("numbers and truth values can tell nobody what to do, texts can", async () => {
  const untrusted = async (output: unknown) => (await runTool(partsOf(() => output))).untrusted;
  for (const harmless of [undefined, null, true, 5]) expect(await untrusted(harmless)).toBe(false);
  for (const text of ["x", { ok: true }, ["x"]]) expect(await untrusted(text)).toBe(true);
});

test("a long result is cut at a whole character, and says so outside of its marks", async () => {
  const run = await runTool(
    partsOf({ execute: () => `${"a".repeat(99)}😀${"b".repeat(1_234_000)}`, maxOutput: 100 }),
  );
  expect(run.cutFrom).toBe(1_234_101);
  expect(run.forModel.value).toBe(
    `[data k3x9q2m7 from lookUp]\n${"a".repeat(99)}\n[end of data k3x9q2m7]\n[cut: the first 99 of 1,234,101 characters]`,
  );
  expect(run.output).toHaveLength(1_234_101);
});

test("a long value is cut as the JSON that it is", async () => {
  const run = await trusting(
    { rows: Array.from({ length: 100 }, (_, id) => ({ id })) },
    { maxOutput: 100 },
  );
  expect(run.forModel.value).toMatch(
    /^\{"rows":\[\{"id":0\},.*\n\[cut: the first 100 of [\d,]+ characters\]$/,
  );
});

test("what a tool makes of its result for the model is kept to: texts are cut and marked, files pass", async () => {
  const picture = { type: "file", mediaType: "image/png", data: { type: "data", data: "aGk=" } };
  const tool: Partial<AgentTool> = {
    execute: () => "raw",
    maxOutput: 100,
    toModelOutput: () => ({
      type: "content",
      value: [
        { type: "text", text: "one" },
        picture,
        { type: "file", mediaType: "text/plain", data: { type: "text", text: "x".repeat(200) } },
      ],
    }),
  };
  const run = await runTool(partsOf(tool));
  expect(run).toMatchObject({ outcome: "done", output: "raw", cutFrom: 204, untrusted: true });
  expect(run.forModel).toEqual({
    type: "content",
    value: [
      {
        type: "text",
        text: expect.stringMatching(
          /^\[data [\s\S]*one\nxxx[\s\S]*\[cut: the first 100 of 204 characters\]$/,
        ),
      },
      picture,
    ],
  });
});

test.each([
  ["a text", { type: "text", value: "hi" }, { type: "text", value: "hi" }],
  ["JSON", { type: "json", value: { a: 1 } }, { type: "text", value: '{"a":1}' }],
  ["no known form", { a: 1 }, { type: "text", value: '{"a":1}' }],
  [
    "parts of no known form",
    { type: "content", value: [7, null] },
    { type: "text", value: "7\nnull" },
  ],
  [
    "no content",
    { type: "content", value: [] },
    { type: "text", value: "(done; the tool gave no result)" },
  ],
])("what a tool makes of its result: %s", async (_, made, forModel) => {
  const run = await trusting(1, { toModelOutput: () => made });
  expect(run).toMatchObject({ outcome: "done", forModel });
});

test("a tool that says that it failed has failed, with its own words", async () => {
  const run = await trusting(1, {
    toModelOutput: () => ({
      type: "error-text",
      value: "no such page; token=abcdef0123456789abcd",
    }),
  });
  expect(run).toMatchObject({
    outcome: "failed",
    forModel: { type: "error-text", value: "no such page; token=[secret]" },
    reason: "no such page; token=[secret]",
    error: { name: "ToolFailure" },
  });
  const silent = await trusting(1, { toModelOutput: () => ({ type: "error-text", value: "" }) });
  expect(silent).toMatchObject({ outcome: "failed", reason: "The tool lookUp failed." });
});

test.each([
  [
    "throws",
    () => {
      throw new Error("cannot render");
    },
  ],
  ["never ends", () => new Promise(() => {})],
])("work that is done stays done when the rendering of its result %s", async (_, toModelOutput) => {
  const run = await trusting({ paid: true }, { toModelOutput, timeout: 30 });
  expect(run).toMatchObject({
    outcome: "done",
    output: { paid: true },
    forModel: { value: '{"paid":true}' },
  });
  expect(run.error).not.toBeNull();
});

function selfCaused(): Error {
  const error = new Error("round");
  error.cause = error;
  return error;
}

function circle(): object {
  const value: Record<string, unknown> = { name: "round" };
  value["self"] = value;
  return value;
}

function twice(): object {
  const shared = { x: 1 };
  return { a: shared, b: [shared] };
}

test("half a character, which a provider refuses, is not sent", async () => {
  const { forModel } = await trusting("cut off: \ud83d");
  expect(forModel).toEqual({ type: "text", value: "cut off: \ufffd" });
});
