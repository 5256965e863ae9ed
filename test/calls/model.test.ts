import { generateText, Output, RetryError, stepCountIs, streamText, ToolLoopAgent, tool } from "ai";
import { SeamError } from "llm-seam";
import type { Fault } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { collect, type Harness, rejection, settled, startHarness } from "../support/harness.ts";

const reply = "Your order 4711 left our warehouse this morning.";
const tasks = {
  ask: { model: "anthropic/claude-haiku-4-5" },
  openai: { model: "openai/gpt-4.1-mini" },
  backed: { model: "anthropic/claude-haiku-4-5", fallbacks: ["openai/gpt-4.1-mini"] },
  kept: { model: "anthropic/claude-haiku-4-5", cache: true },
} as const;

let harness: Harness<keyof typeof tasks>;

beforeAll(async () => {
  harness = await startHarness({
    tasks,
    defaults: { breaker: false, retry: { attempts: 3, baseDelay: 1 } },
  });
});
beforeEach(async () => {
  await settled(harness.simulator);
  harness.simulator.script({ replies: [{ reply }] });
  harness.simulator.play([]);
  harness.simulator.clear();
});
afterAll(() => harness[Symbol.asyncDispose]());

let prompts = 0;
const prompt = (): string => `Where is it? (${++prompts})`;
const forGood = (fault: Fault) => ({ sequence: [], afterwards: fault });

/** Reads a stream of the AI SDK to its end; gives its text and its errors. */
async function read(result: { readonly fullStream: AsyncIterable<{ type: string }> }) {
  const errors: unknown[] = [];
  let text = "";
  const { error } = await collect(
    (async function* parts() {
      for await (const part of result.fullStream) {
        if (part.type === "text-delta") text += (part as unknown as { text: string }).text;
        if (part.type === "error") errors.push((part as unknown as { error: unknown }).error);
        yield part;
      }
    })(),
  );
  return { text, errors: error === undefined ? errors : [...errors, error] };
}

test("generateText and streamText speak through the seam: text, usage, event, tags", async () => {
  const { seam } = harness;
  const model = seam.model("ask", { tags: { user: "u1", feature: "chat" } });
  const whole = await generateText({ model, prompt: prompt() });
  expect(whole.text).toBe(reply);
  expect(whole.usage.outputTokens).toBe(12);
  expect(await harness.lastEvent()).toMatchObject({
    task: "ask",
    pattern: "model",
    mode: "generate",
    user: "u1",
    tags: { feature: "chat" },
    source: "model",
    finish_reason: "stop",
  });
  const streamed = streamText({ model, prompt: prompt() });
  expect((await collect(streamed.textStream)).pieces.join("")).toBe(reply);
  expect((await streamed.usage).outputTokens).toBe(12);
  expect(await harness.lastEvent()).toMatchObject({
    mode: "stream",
    user: "u1",
    finish_reason: "stop",
  });
});

describe("a failing provider sees the seam's own attempts and no more: three in, three out", () => {
  const failing: readonly [Fault, string][] = [
    ["status-500", "ProviderUnavailable"],
    ["status-429", "RateLimited"],
    ["status-529", "Overloaded"],
    ["drop", "ProviderUnavailable"],
    ["empty-body", "ProviderUnavailable"],
    ["malformed-json", "ProviderUnavailable"],
    [{ type: "error-200", errorType: "overloaded_error" }, "Overloaded"],
    [{ type: "in-band-error", errorType: "overloaded_error" }, "Overloaded"],
  ];

  describe.each(["ask", "openai"] as const)("%s", (task) => {
    test.each(failing)("generateText under %j", async (fault, code) => {
      harness.simulator.play(forGood(fault));
      const error = await rejection(
        generateText({ model: harness.seam.model(task), prompt: prompt() }),
      );
      expect(harness.simulator.requests).toHaveLength(3);
      expect(RetryError.isInstance(error)).toBe(false);
      expect(error).toBeInstanceOf(SeamError);
      expect(error).toMatchObject({ code, attempts: { length: 3 } });
    });

    test.each(failing)("streamText under %j", async (fault, code) => {
      harness.simulator.play(forGood(fault));
      const result = streamText({
        model: harness.seam.model(task),
        prompt: prompt(),
        onError: () => {},
      });
      const { text, errors } = await read(result);
      expect(harness.simulator.requests).toHaveLength(3);
      expect(text).toBe("");
      expect(errors).toMatchObject([{ code, attempts: { length: 3 } }]);
    });
  });

  test("a stream that breaks after its first text is not sent again", async () => {
    harness.simulator.play(forGood({ type: "in-band-error", afterTokens: 3 }));
    const result = streamText({
      model: harness.seam.model("backed"),
      prompt: prompt(),
      onError: () => {},
    });
    const { text, errors } = await read(result);
    expect(harness.simulator.requests).toHaveLength(1);
    expect(text).toBe(reply.slice(0, 12));
    expect(errors).toMatchObject([{ code: "StreamInterrupted", text: reply.slice(0, 12) }]);
  });
});

test("retries, the fallback and the cache serve it as they serve every pattern", async () => {
  const { seam, simulator } = harness;
  simulator.play({ ...forGood("status-529"), when: { protocol: "anthropic" } });
  const { text } = await generateText({ model: seam.model("backed"), prompt: prompt() });
  expect(text).toBe(reply);
  expect(simulator.requests.map(({ protocol }) => protocol)).toEqual([
    "anthropic",
    "anthropic",
    "anthropic",
    "openai",
  ]);
  simulator.play([]);
  const asked = prompt();
  await generateText({ model: seam.model("kept"), prompt: asked });
  const streamed = streamText({ model: seam.model("kept"), prompt: asked });
  expect(await read(streamed)).toEqual({ text: reply, errors: [] });
  expect(await harness.lastEvent()).toMatchObject({ source: "cache", mode: "stream" });
  expect(simulator.requests).toHaveLength(5);
});

test("Output.object gives a validated object, whole and streamed", async () => {
  const value = { order: 4711, urgent: true };
  harness.simulator.script({ replies: [{ reply: { type: "json", value } }] });
  const output = Output.object({ schema: z.object({ order: z.int(), urgent: z.boolean() }) });
  for (const task of ["ask", "openai"] as const) {
    const model = harness.seam.model(task);
    expect((await generateText({ model, prompt: prompt(), output })).output).toEqual(value);
    const result = streamText({ model, prompt: prompt(), output });
    const { pieces } = await collect(result.partialOutputStream);
    expect(pieces.at(-1)).toEqual(value);
    expect(await result.output).toEqual(value);
  }
});

test("ToolLoopAgent runs its loop: each step is a call with an event of its own", async () => {
  const lookedUp: string[] = [];
  harness.simulator.script({
    replies: [
      {
        reply: { type: "tool-calls", calls: [{ name: "lookUp", arguments: { id: "4711" } }] },
        times: 1,
      },
      { reply: "It is on its way." },
    ],
  });
  harness.simulator.play(["status-500", "none", "drop"]);
  const agent = new ToolLoopAgent({
    model: harness.seam.model("ask", { tags: { session: "s1" } }),
    tools: {
      lookUp: tool({
        description: "Looks up an order",
        inputSchema: z.object({ id: z.string() }),
        execute: ({ id }) => {
          lookedUp.push(id);
          return Promise.resolve({ state: "sent" });
        },
      }),
    },
    stopWhen: stepCountIs(5),
  });
  const before = (await harness.events()).length;
  const { text, steps } = await agent.generate({ prompt: prompt() });
  expect(text).toBe("It is on its way.");
  expect(steps).toHaveLength(2);
  expect(lookedUp).toEqual(["4711"]);
  expect(harness.simulator.requests).toHaveLength(4);
  const events = (await harness.events()).slice(before);
  expect(events).toMatchObject([
    { session: "s1", finish_reason: "tool-calls", attempt_count: 2 },
    { session: "s1", finish_reason: "stop", attempt_count: 2 },
  ]);
});

describe("an abort signal reaches the provider's socket", () => {
  test("of generateText", async () => {
    harness.simulator.play(["body-silence"]);
    const controller = new AbortController();
    const failed = rejection(
      generateText({
        model: harness.seam.model("ask"),
        prompt: prompt(),
        abortSignal: controller.signal,
      }),
    );
    await vi.waitFor(() => expect(harness.simulator.requests[0]).toBeDefined());
    controller.abort();
    expect(await failed).toMatchObject({ name: "AbortError" });
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([{ closedByClient: true }]);
    expect(await harness.lastEvent()).toMatchObject({ error_code: "Aborted" });
  });

  test("of streamText, in the middle", async () => {
    harness.simulator.play([{ type: "stall", afterTokens: 2 }]);
    const controller = new AbortController();
    const result = streamText({
      model: harness.seam.model("ask"),
      prompt: prompt(),
      abortSignal: controller.signal,
      onError: () => {},
    });
    for await (const _ of result.textStream) controller.abort();
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([{ closedByClient: true }]);
    expect(await harness.lastEvent()).toMatchObject({ error_code: "Aborted" });
  });

  test("and so does a reader who cancels the stream", async () => {
    harness.simulator.play([{ type: "stall", afterTokens: 2 }]);
    const { stream } = await harness.seam.model("ask").doStream({
      prompt: [{ role: "user", content: [{ type: "text", text: prompt() }] }],
    });
    await stream.cancel();
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([{ closedByClient: true }]);
  });
});

test("limits given with the model hold for every call made through it", async () => {
  harness.simulator.play(forGood("body-silence"));
  const model = harness.seam.model("ask", { limits: { deadline: 60 } });
  const error = await rejection(generateText({ model, prompt: prompt() }));
  expect(error).toMatchObject({ code: "DeadlineExceeded", limit: "deadline", limitMs: 60 });
});

test("a task that is not there is told when the model is made", () => {
  // @ts-expect-error a misspelt task
  expect(() => harness.seam.model("aks")).toThrow(/Known tasks: ask, openai, backed, kept/);
});
