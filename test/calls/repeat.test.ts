import { generateText, streamText, ToolLoopAgent, wrapLanguageModel } from "ai";
import { createSeam } from "llm-seam";
import type { Fault } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  collect,
  type Harness,
  readEvents,
  rejection,
  simulatedProviders,
  startAfresh,
  startHarness,
} from "../support/harness.ts";

const model = "anthropic/claude-haiku-4-5";
const tasks = {
  ask: { model },
  other: { model },
  backed: { model, fallbacks: ["openai/gpt-4.1-mini"] },
  kept: { model, cache: true },
  ruled: { model, rule: ({ text }: { text: string }) => (text === "ping" ? "pong" : undefined) },
  once: { model, retry: false },
} as const;

let harness: Harness<keyof typeof tasks>;

beforeAll(async () => {
  harness = await startHarness({
    tasks,
    defaults: { breaker: false, retry: { attempts: 3, baseDelay: 1, budget: false } },
  });
});
beforeEach(async () => {
  await startAfresh(harness.simulator);
});
afterAll(() => harness[Symbol.asyncDispose]());

let prompts = 0;
const newPrompt = (): string => `Where is it? (${++prompts})`;
const forGood = (fault: Fault) => ({ sequence: [], afterwards: fault });
const requests = (): number => harness.simulator.requests.length;

/** A retry loop as p-retry and many a helper have it. */
async function loop<T>(times: number, work: () => Promise<T>): Promise<T> {
  for (let left = times; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 1) throw error;
    }
  }
}

describe("a loop of three outside of Seam", () => {
  test.each<Fault>(["status-529", "status-429", "status-500", "drop"])(
    "makes five requests under %j, not nine; each repeat names the call before it",
    async (fault) => {
      harness.simulator.play(forGood(fault));
      const prompt = newPrompt();
      await rejection(loop(3, () => harness.seam.complete("ask", { prompt })));
      expect(requests()).toBe(5);
      const [first, second, third] = (await harness.events()).slice(-3);
      expect(first?.["repeat_of"]).toBeNull();
      expect(second?.["repeat_of"]).toBe(first?.id);
      expect(third?.["repeat_of"]).toBe(second?.id);
      expect(third?.attempts).toHaveLength(1);
      expect(third?.notes).toContainEqual(
        expect.stringMatching(/^the same request failed .* ago, in call .*: one attempt/),
      );
      expect(harness.seam.troubles()["An outer loop retries calls of ask"]).toBeGreaterThan(1);
    },
  );

  test("also round an extract, a stream, and a model of the AI SDK", async () => {
    harness.simulator.play(forGood("status-529"));
    const schema = z.object({ found: z.boolean() });
    const works: (() => Promise<unknown>)[] = [newPrompt(), newPrompt(), newPrompt()].map(
      (prompt, index) =>
        [
          () => harness.seam.extract("ask", { prompt, schema }),
          () => harness.seam.stream("ask", { prompt }).result,
          () => generateText({ model: harness.seam.model("ask"), prompt }),
        ][index] ?? (() => Promise.resolve()),
    );
    for (const work of works) {
      harness.simulator.clear();
      await rejection(loop(3, work));
      expect(requests()).toBe(5);
    }
    const [first, second] = (await harness.events()).slice(-9);
    expect(second).toMatchObject({ pattern: "extract", repeat_of: first?.id });
  });

  test("asks each fallback once, too", async () => {
    harness.simulator.play(forGood("status-529"));
    const prompt = newPrompt();
    await rejection(loop(2, () => harness.seam.complete("backed", { prompt })));
    expect(requests()).toBe(3 + 3 + 1 + 1);
  });

  test("an attempt that ran out of time counts like any other failure", async () => {
    harness.simulator.play(forGood("body-silence"));
    const prompt = newPrompt();
    const limits = { attempt: { total: 30 } };
    await rejection(loop(2, () => harness.seam.complete("ask", { prompt, limits })));
    expect(requests()).toBe(3 + 1);
  });
});

describe("no repeat is", () => {
  const failOnce = async (task: keyof typeof tasks, prompt: string): Promise<void> => {
    harness.simulator.play(forGood("status-529"));
    await rejection(harness.seam.complete(task, { prompt }));
    harness.simulator.clear();
  };
  const attemptsOf = async (work: Promise<unknown>): Promise<number> => {
    await rejection(work);
    return requests();
  };

  test("another prompt, another task, another user", async () => {
    const prompt = newPrompt();
    await failOnce("ask", prompt);
    const { seam } = harness;
    expect(await attemptsOf(seam.complete("ask", { prompt: newPrompt() }))).toBe(3);
    expect(await attemptsOf(seam.complete("other", { prompt }))).toBe(6);
    expect(await attemptsOf(seam.complete("ask", { prompt, tags: { user: "ada" } }))).toBe(9);
    expect(await attemptsOf(seam.complete("ask", { prompt, tags: { page: 2 } }))).toBe(10);
  });

  test("a call after one that went well", async () => {
    const prompt = newPrompt();
    await failOnce("ask", prompt);
    harness.simulator.play([]);
    await harness.seam.complete("ask", { prompt });
    harness.simulator.play(forGood("status-529"));
    harness.simulator.clear();
    expect(await attemptsOf(harness.seam.complete("ask", { prompt }))).toBe(3);
  });

  test("a call after an error that no retry mends", async () => {
    const prompt = newPrompt();
    harness.simulator.play(forGood("status-400"));
    await rejection(harness.seam.complete("ask", { prompt }));
    await failOnceMore(prompt);
    async function failOnceMore(again: string): Promise<void> {
      harness.simulator.play(forGood("status-529"));
      harness.simulator.clear();
      expect(await attemptsOf(harness.seam.complete("ask", { prompt: again }))).toBe(3);
    }
  });

  test("a call after one whose deadline left no time to retry", async () => {
    const prompt = newPrompt();
    harness.simulator.play(forGood("body-silence"));
    const limits = { deadline: 60 };
    await rejection(harness.seam.complete("ask", { prompt, limits }));
    expect(requests()).toBe(1);
    await failOnce("ask", prompt);
    expect((await harness.lastEvent()).attempts).toHaveLength(3);
  });

  test.each([
    [{ attempt: { total: 30 } }, { attempt: { total: 5_000 } }],
    [{ attempt: { total: 200 }, deadline: 390 }, undefined],
  ])("a call with more time, after one that ran out of its own %j", async (short, long) => {
    const prompt = newPrompt();
    harness.simulator.play(forGood("body-silence"));
    await rejection(harness.seam.complete("ask", { prompt, limits: short }));
    expect(requests()).toBeGreaterThan(1);
    harness.simulator.play(forGood("status-529"));
    harness.simulator.clear();
    expect(await attemptsOf(harness.seam.complete("ask", { prompt, limits: long }))).toBe(3);
  });

  test("a call of a task whose retries are off: there the loop is the one that retries", async () => {
    const prompt = newPrompt();
    await failOnce("once", prompt);
    await rejection(harness.seam.complete("once", { prompt }));
    expect(await harness.lastEvent()).toMatchObject({ repeat_of: null, notes: [] });
  });

  test("what a rule answers", async () => {
    expect((await harness.seam.complete("ruled", { prompt: "ping" })).text).toBe("pong");
    expect(await harness.lastEvent()).toMatchObject({ repeat_of: null, source: "rule" });
  });

  test("one of many that were under way when the first of them failed", async () => {
    harness.simulator.play(forGood("status-529"));
    const prompt = newPrompt();
    const calls = Array.from({ length: 20 }, () => harness.seam.complete("ask", { prompt }));
    await Promise.allSettled(calls);
    expect(requests()).toBe(60);
  });
});

test("a repeat that succeeds is answered as usual, and says what it was", async () => {
  const prompt = newPrompt();
  harness.simulator.play(["status-529", "status-529", "status-529"]);
  const { text } = await loop(2, () => harness.seam.complete("kept", { prompt }));
  expect(text).not.toBe("");
  expect(requests()).toBe(4);
  expect(await harness.lastEvent()).toMatchObject({
    repeat_of: expect.any(String),
    error_code: null,
  });
});

describe("the AI SDK's own retries add nothing", () => {
  test("round a wrapped model, an agent, and one that streams", async () => {
    harness.simulator.play(forGood("status-529"));
    const seam = harness.seam.model("ask");
    const wrapped = wrapLanguageModel({
      model: seam,
      middleware: {
        specificationVersion: "v4",
        wrapGenerate: ({ doGenerate }) => doGenerate(),
        wrapStream: ({ doStream }) => doStream(),
      },
    });
    await rejection(generateText({ model: wrapped, prompt: newPrompt(), maxRetries: 5 }));
    expect(requests()).toBe(3);
    await rejection(new ToolLoopAgent({ model: seam }).generate({ prompt: newPrompt() }));
    expect(requests()).toBe(6);
    const streamed = streamText({ model: wrapped, prompt: newPrompt(), onError: () => {} });
    await collect(streamed.textStream);
    expect(requests()).toBe(9);
  });
});

test("a seam in a seam: the inner one retries, the outer one does not, and says why", async () => {
  const inner = createSeam({
    store: false,
    providers: simulatedProviders(harness.simulator),
    defaults: { breaker: false, retry: { attempts: 3, baseDelay: 1 } },
    tasks: { inner: { model } },
  });
  await using outer = await startHarness({
    tasks: { outer: { model: inner.model("inner"), retry: { attempts: 4, baseDelay: 1 } } },
  });
  harness.simulator.play(forGood("status-529"));
  for (const call of [
    () => outer.seam.complete("outer", { prompt: newPrompt() }),
    () => outer.seam.stream("outer", { prompt: newPrompt() }).result,
  ]) {
    harness.simulator.clear();
    expect(await rejection(call())).toMatchObject({ code: "Overloaded", retryable: false });
    expect(requests()).toBe(3);
  }
  await outer.seam.flush();
  for (const event of readEvents(outer.file)) {
    expect(event.attempts).toHaveLength(1);
    expect(event.notes).toEqual(["seam/inner is a seam itself and has retried already"]);
  }
  await inner.close();
});
