import { setTimeout as pause } from "node:timers/promises";
import { StreamInterrupted } from "llm-seam";
import type { Fault } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import {
  collect,
  type Harness,
  rejection,
  settled,
  startAfresh,
  startHarness,
} from "../support/harness.ts";

const reply = "Your order 4711 left our warehouse this morning.";
const tasks = {
  ask: { model: "anthropic/claude-haiku-4-5", fallbacks: ["openai/gpt-4.1-mini"] },
  kept: { model: "anthropic/claude-haiku-4-5", cache: true },
} as const;

let harness: Harness<keyof typeof tasks>;
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);

beforeAll(async () => {
  process.on("unhandledRejection", onUnhandled);
  harness = await startHarness(
    { tasks, defaults: { retry: { attempts: 3, baseDelay: 1 } } },
    { script: { replies: [{ reply }] } },
  );
});
beforeEach(async () => {
  await startAfresh(harness.simulator);
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  process.removeListener("unhandledRejection", onUnhandled);
});

let prompts = 0;
const prompt = (): string => `Where is it? (${++prompts})`;

describe("before the first content", () => {
  test("failures of every kind, one after another, are not seen by the reader", async () => {
    const faults: Fault[] = [
      "status-529",
      { type: "in-band-error", errorType: "overloaded_error" },
      "clean-end-early",
      "drop",
      "malformed-json",
    ];
    harness.simulator.play(faults.map((fault) => onlyBeforeContent(fault)));
    const stream = harness.seam.stream("ask", { prompt: prompt() });
    const { pieces, error } = await collect(stream);
    expect(error).toBeUndefined();
    expect(pieces.join("")).toBe(reply);
    const result = await stream.result;
    expect(result).toMatchObject({
      text: reply,
      finishReason: "stop",
      target: "openai/gpt-4.1-mini",
    });
    expect(harness.simulator.requests).toHaveLength(6);
    expect(await harness.event(stream.callId)).toMatchObject({
      attempts: [
        { outcome: "Overloaded" },
        { outcome: "Overloaded" },
        { outcome: "ProviderUnavailable" },
        { outcome: "ProviderUnavailable" },
        { outcome: "ProviderUnavailable" },
        { outcome: "ok" },
      ],
      reroutes: [{ from: "anthropic/claude-haiku-4-5", to: "openai/gpt-4.1-mini" }],
    });
  });
});

describe("after the first content", () => {
  test.each<{ fault: Fault; tokens: number }>([
    { fault: { type: "drop", afterTokens: 1 }, tokens: 1 },
    { fault: { type: "drop", afterTokens: 7 }, tokens: 7 },
    { fault: { type: "clean-end-early", afterTokens: 12 }, tokens: 12 },
    { fault: { type: "in-band-error", afterTokens: 3 }, tokens: 3 },
  ])(
    "$fault is an error with the exact text so far, and no second request",
    async ({ fault, tokens }) => {
      harness.simulator.play([fault]);
      const stream = harness.seam.stream("ask", { prompt: prompt() });
      const { pieces, error } = await collect(stream);
      const text = reply.slice(0, tokens * 4);
      expect(pieces.join("")).toBe(text);
      expect(error).toBeInstanceOf(StreamInterrupted);
      expect(error).toMatchObject({ text, callId: stream.callId, task: "ask" });
      expect(await rejection(stream.result)).toBe(error);
      expect(harness.simulator.requests).toHaveLength(1);
    },
  );

  test("a whole text whose finish never came is no clean end", async () => {
    harness.simulator.play([{ type: "clean-end-early", afterTokens: 1_000 }]);
    const { pieces, error } = await collect(harness.seam.stream("ask", { prompt: prompt() }));
    expect(pieces.join("")).toBe(reply);
    expect(error).toMatchObject({ code: "StreamInterrupted", text: reply });
  });

  test("the deadline ends it with the text so far", async () => {
    harness.simulator.play([{ type: "stall", afterTokens: 2 }]);
    const stream = harness.seam.stream("ask", { prompt: prompt(), limits: { deadline: 250 } });
    const { pieces, error } = await collect(stream);
    expect(pieces.join("")).toBe("Your ord");
    expect(error).toMatchObject({ text: "Your ord", cause: { limit: "deadline" } });
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([{ closedByClient: true }]);
  });
});

describe("the reader", () => {
  test("who leaves the loop aborts the provider", async () => {
    harness.simulator.play([{ type: "stall", afterTokens: 5 }]);
    const stream = harness.seam.stream("ask", { prompt: prompt() });
    for await (const piece of stream) {
      expect(piece).toBe("Your");
      break;
    }
    expect(await rejection(stream.result)).toMatchObject({ name: "AbortError" });
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([{ closedByClient: true }]);
    expect(await harness.event(stream.callId)).toMatchObject({ error_code: "Aborted" });
  });

  test("whose loop throws aborts the provider too, and sees its own error", async () => {
    harness.simulator.play([{ type: "stall", afterTokens: 5 }]);
    const own = new Error("no more room on the screen");
    const read = async (): Promise<void> => {
      for await (const _ of harness.seam.stream("ask", { prompt: prompt() })) throw own;
    };
    expect(await rejection(read())).toBe(own);
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([{ closedByClient: true }]);
  });

  test("may await the result without iterating", async () => {
    const { text, usage } = await harness.seam.stream("ask", { prompt: prompt() }).result;
    expect(text).toBe(reply);
    expect(usage.outputTokens).toBe(12);
  });

  test("may iterate twice, at once or later, and reads the whole each time", async () => {
    const stream = harness.seam.stream("ask", { prompt: prompt() });
    const [first, second] = await Promise.all([collect(stream), collect(stream)]);
    const third = await collect(stream);
    for (const { pieces, error } of [first, second, third]) {
      expect(error).toBeUndefined();
      expect(pieces.join("")).toBe(reply);
    }
    expect(harness.simulator.requests).toHaveLength(1);
  });

  test("who is slow loses nothing, and holds nothing up", async () => {
    const stream = harness.seam.stream("ask", {
      prompt: prompt(),
      limits: { attempt: { silence: 150 } },
    });
    const pieces: string[] = [];
    for await (const piece of stream) {
      pieces.push(piece);
      if (pieces.length === 2) await pause(300);
    }
    expect(pieces.join("")).toBe(reply);
  });

  test("of a failed stream gets the same error from the loop, the result, and any later loop", async () => {
    harness.simulator.play({ sequence: [], afterwards: "status-400" });
    const stream = harness.seam.stream("ask", { prompt: prompt() });
    const fromResult = await rejection(stream.result);
    const fromLoop = (await collect(stream)).error;
    const fromLaterLoop = (await collect(stream)).error;
    expect(fromResult).toMatchObject({ code: "InvalidRequest", status: 400 });
    expect(fromLoop).toBe(fromResult);
    expect(fromLaterLoop).toBe(fromResult);
  });

  test("of a web stream gets text, and cancels the provider by cancelling it", async () => {
    const texts: string[] = [];
    for await (const text of harness.seam.stream("ask", { prompt: prompt() }).toReadableStream()) {
      texts.push(text);
    }
    expect(texts.join("")).toBe(reply);
    harness.simulator.clear();
    harness.simulator.play([{ type: "stall", afterTokens: 2 }]);
    const reader = harness.seam.stream("ask", { prompt: prompt() }).toReadableStream().getReader();
    expect((await reader.read()).value).toBe("Your");
    await reader.cancel();
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([{ closedByClient: true }]);
  });

  test("who never looks is served nevertheless: the event and the cache are filled", async () => {
    const asked = prompt();
    const { callId } = harness.seam.stream("kept", { prompt: asked });
    await vi.waitFor(async () =>
      expect(await harness.events()).toContainEqual(expect.objectContaining({ id: callId })),
    );
    expect((await harness.seam.complete("kept", { prompt: asked })).source).toBe("cache");
  });
});

test("a stream that nobody listens to never fails the process, whatever happens to it", async () => {
  const { seam, simulator } = harness;
  const before = unhandled.length;
  const limits = { deadline: 500 } as const;
  const faults: Fault[] = [
    "status-400",
    { type: "drop", afterTokens: 2 },
    "refusal",
    { type: "stall", afterTokens: 1 },
    "header-silence",
  ];
  simulator.play({ sequence: faults, afterwards: "repeat" });
  for (const _ of faults) {
    for (const task of ["ask", "kept"] as const) {
      seam.stream(task, { prompt: prompt(), limits });
      void seam.stream(task, { prompt: prompt(), limits }).toReadableStream();
      seam.stream(task, { prompt: prompt(), limits }).cancel();
    }
  }
  await vi.waitFor(() => expect(simulator.requests.length).toBeGreaterThanOrEqual(20));
  await settled(simulator);
  await pause(50);
  expect(unhandled.slice(before)).toEqual([]);
});

test("a refused stream is Refused after its text, and nothing is kept", async () => {
  const asked = prompt();
  harness.simulator.play(["refusal"]);
  const stream = harness.seam.stream("kept", { prompt: asked });
  const { pieces, error } = await collect(stream);
  expect(pieces.join("")).toMatch(/can't help/);
  expect(error).toMatchObject({ code: "Refused", callId: stream.callId, text: pieces.join("") });
  expect((await harness.seam.complete("kept", { prompt: asked })).source).toBe("model");
});

/** Faults that bring text before they strike, moved to the front. */
function onlyBeforeContent(fault: Fault): Fault {
  return fault === "clean-end-early" ? { type: fault, afterTokens: 0 } : fault;
}
