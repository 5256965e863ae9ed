import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { StreamInterrupted } from "llm-seam";
import { type Fault, type Reply, type ReplyContinues, simulatedModel } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { collect, type Harness, rejection, settled, startHarness } from "../support/harness.ts";

const claude = "anthropic/claude-haiku-4-5";
const sonnet = "anthropic/claude-sonnet-4-6";
const gpt = "openai/gpt-4.1-mini";
const reply =
  "Dear Ms Lind,\r\n\r\nyour order 4711 🎉 left our warehouse in Lund this morning – naïve café, 日本語, 👩‍👩‍👧 – and it should be with you on Thursday.\n\n  Yours,\nthe 🚚 team";
const tokens = Math.ceil(Array.from(reply).length / 4);

const tasks = {
  prefilled: { model: claude },
  asked: { model: gpt },
  askedClaude: { model: sonnet },
  local: { model: "local/qwen3" },
  rerouted: { model: claude, fallbacks: [gpt] },
  kept: { model: claude, cache: true },
  plain: { model: claude, afterCommit: "fail" },
} as const;
type Task = keyof typeof tasks;

let harness: Harness<Task>;

beforeAll(async () => {
  harness = await startHarness({
    tasks,
    defaults: { afterCommit: "resume", retry: { attempts: 2, baseDelay: 1 } },
  });
});
beforeEach(async () => {
  await settled(harness.simulator);
  says(reply);
  harness.simulator.play([]);
  harness.simulator.clear();
});
afterAll(() => harness[Symbol.asyncDispose]());

function says(answer: Reply): void {
  harness.simulator.script({ replies: [{ reply: answer }] });
}

let prompts = 0;
const prompt = (): string => `Where is it? (${++prompts})`;
const ask = (task: Task, options: object = {}) =>
  harness.seam.stream(task, { prompt: prompt(), ...options });
/** The text up to a token of the simulator. */
const upTo = (count: number): string =>
  Array.from(reply)
    .slice(0, count * 4)
    .join("");
/** The messages of each request, the system's left out. */
const sent = (): { role: string; content: unknown }[][] =>
  harness.simulator.requests.map(
    ({ body }) => (body as { messages: { role: string; content: unknown }[] }).messages,
  );

const breaks = (afterTokens: number): Fault[] => [
  { type: "drop", afterTokens },
  { type: "in-band-error", afterTokens },
  { type: "clean-end-early", afterTokens },
];

async function partsOf(
  task: Task,
  options: Partial<LanguageModelV4CallOptions> = {},
): Promise<LanguageModelV4StreamPart[]> {
  const { stream } = await harness.seam.model(task).doStream({
    prompt: [{ role: "user", content: [{ type: "text", text: prompt() }] }],
    ...options,
  });
  return (await collect(stream)).pieces;
}

function joined(parts: readonly LanguageModelV4StreamPart[], wanted: string): string {
  return parts.map((part) => (part.type === wanted && "delta" in part ? part.delta : "")).join("");
}

describe.each<Task>(["prefilled", "asked", "askedClaude", "local"])(
  "a stream of the task %s",
  (task) => {
    test.each([1, 4, 11, 21, 22, 23, tokens - 1, tokens])(
      "that breaks after %i tokens, in whichever way, is the same text in the end",
      async (afterTokens) => {
        for (const fault of breaks(afterTokens)) {
          harness.simulator.clear();
          harness.simulator.play([fault]);
          const stream = ask(task);
          const { pieces, error } = await collect(stream);
          expect(error).toBeUndefined();
          expect(pieces.join("")).toBe(reply);
          expect(await stream.result).toMatchObject({ text: reply, finishReason: "stop" });
          await settled(harness.simulator);
          expect(harness.simulator.requests).toHaveLength(2);
          const { resumes, attempts, ...event } = await harness.event(stream.callId);
          expect(event).toMatchObject({ source: "model", error_code: null, finish_reason: "stop" });
          expect((event["response"] as unknown[]).at(-1)).toMatchObject({
            type: "text",
            text: reply,
          });
          const target = tasks[task].model;
          expect(resumes).toMatchObject([
            {
              at: upTo(afterTokens).length,
              from: target,
              to: target,
              how: task === "prefilled" ? "prefill" : "request",
            },
          ]);
          expect(attempts).toMatchObject([{ kind: "ask" }, { kind: "resume", outcome: "ok" }]);
          expect(attempts[0]?.outcome).not.toBe("ok");
        }
      },
    );

    test("that falls silent is the same text in the end", async () => {
      harness.simulator.play([{ type: "stall", afterTokens: 21 }]);
      const stream = ask(task, { limits: { attempt: { silence: 300 } } });
      expect((await collect(stream)).pieces.join("")).toBe(reply);
      const { resumes, attempts } = await harness.event(stream.callId);
      expect(attempts).toMatchObject([{ outcome: "DeadlineExceeded" }, { kind: "resume" }]);
      expect(resumes).toMatchObject([
        { at: upTo(21).length, reason: expect.stringMatching(/silent/) },
      ]);
      await settled(harness.simulator);
      expect(harness.simulator.requests[0]).toMatchObject({ closedByClient: true });
    });

    test("that breaks again and again goes on each time from all that was said", async () => {
      const tokensEach = task === "prefilled" ? [9, 10, 11] : [25, 3, 30];
      harness.simulator.play(tokensEach.map((afterTokens) => ({ type: "drop", afterTokens })));
      const stream = ask(task);
      expect((await collect(stream)).pieces.join("")).toBe(reply);
      const { resumes, attempts } = await harness.event(stream.callId);
      expect(resumes).toHaveLength(3);
      const places = resumes.map(({ at }) => at);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(attempts.map(({ kind }) => kind)).toEqual(["ask", "resume", "resume", "resume"]);
    });

    test.each<ReplyContinues>(["anchor", "earlier", "exact", "restart"])(
      "whose model goes on with %s is whole",
      async (continues) => {
        says({ type: "text", text: reply, continues });
        harness.simulator.play([{ type: "drop", afterTokens: 25 }]);
        expect(await ask(task).result).toMatchObject({ text: reply });
      },
    );
  },
);

describe("how it is asked for", () => {
  test("a model that takes a prefill is given the text so far as the beginning of its answer", async () => {
    harness.simulator.play([{ type: "drop", afterTokens: 13 }]);
    const stream = ask("prefilled");
    await stream.result;
    const [first = [], second = []] = sent();
    expect(second.slice(0, -1)).toEqual(first);
    expect(second.at(-1)).toEqual({
      role: "assistant",
      content: [{ type: "text", text: upTo(13).trimEnd() }],
    });
    expect((await harness.event(stream.callId)).resumes).toMatchObject([{ overlap: 0 }]);
  });

  test("another one is asked to repeat its last words and go on; the event keeps the caller's prompt", async () => {
    harness.simulator.play([{ type: "drop", afterTokens: 25 }]);
    const stream = ask("asked");
    await stream.result;
    const [first = [], second = []] = sent();
    expect(second.slice(0, first.length)).toEqual(first);
    expect(second.slice(first.length)).toEqual([
      { role: "assistant", content: upTo(25).trimEnd() },
      { role: "user", content: expect.stringContaining("Go on exactly where it breaks off") },
    ]);
    const { resumes, ...event } = await harness.event(stream.callId);
    expect(event["prompt"]).toMatchObject({ prompt: [{ role: "user" }] });
    expect(resumes[0]?.overlap).toBeGreaterThanOrEqual(60);
  });

  test("one that refuses the prefill after all is asked in words, once", async () => {
    const message =
      "This model does not support assistant message prefill. The conversation must end with a user message.";
    harness.simulator.play([
      { type: "drop", afterTokens: 8 },
      { type: "status", status: 400, message },
    ]);
    const stream = ask("prefilled");
    expect((await stream.result).text).toBe(reply);
    const { resumes, notes, attempts } = await harness.event(stream.callId);
    expect(resumes).toMatchObject([{ how: "request" }]);
    expect(notes).toEqual([expect.stringMatching(/takes no prefill/)]);
    expect(attempts.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      "ask ProviderUnavailable",
      "resume InvalidRequest",
      "resume ok",
    ]);
    harness.simulator.play([{ type: "drop", afterTokens: 8 }, "status-400", "status-400"]);
    expect(await rejection(ask("prefilled").result)).toMatchObject({
      code: "StreamInterrupted",
      text: upTo(8),
      cause: { code: "InvalidRequest" },
    });
  });

  test("a model that thinks is not given a prefill", async () => {
    says({ type: "text", text: reply, reasoning: "The customer wants to know." });
    harness.simulator.play([{ type: "drop", afterTokens: 12 }]);
    const stream = ask("prefilled", { settings: { reasoning: "low" } });
    expect((await stream.result).text).toBe(reply);
    expect((await harness.event(stream.callId)).resumes).toMatchObject([{ how: "request" }]);
  });

  test("failures before the rest begins are retried and rerouted, unseen", async () => {
    harness.simulator.play([{ type: "drop", afterTokens: 8 }, "status-529", "status-529", "drop"]);
    const stream = ask("rerouted");
    expect(await stream.result).toMatchObject({ text: reply, target: gpt });
    const { resumes, reroutes, attempts } = await harness.event(stream.callId);
    expect(resumes).toMatchObject([
      { from: claude, to: gpt, how: "request", reason: expect.stringMatching(/broke off/) },
    ]);
    expect(reroutes).toMatchObject([{ from: claude, to: gpt }]);
    expect(attempts.map(({ target, kind }) => `${kind} ${target}`)).toEqual([
      `ask ${claude}`,
      `resume ${claude}`,
      `resume ${claude}`,
      `resume ${gpt}`,
      `resume ${gpt}`,
    ]);
  });

  test("a target that its breaker has taken out meanwhile is passed over", async () => {
    await using own = await startHarness(
      {
        tasks: { ask: { model: claude, fallbacks: [gpt] } },
        defaults: { afterCommit: "resume", breaker: { minimumCalls: 1, failureRate: 1 } },
      },
      { script: { replies: [{ reply }] }, faults: [{ type: "drop", afterTokens: 8 }] },
    );
    expect(await own.seam.stream("ask", { prompt: "x" }).result).toMatchObject({ text: reply });
    const { attempts, resumes } = await own.lastEvent();
    expect(attempts.map(({ target }) => target)).toEqual([claude, gpt]);
    expect(resumes).toMatchObject([{ from: claude, to: gpt }]);
  });

  test("the fallback goes on where it broke itself, and the first target is not asked again", async () => {
    harness.simulator.play(["status-529", "status-529", { type: "drop", afterTokens: 8 }, "none"]);
    const stream = ask("rerouted");
    expect((await stream.result).text).toBe(reply);
    const { resumes, attempts } = await harness.event(stream.callId);
    expect(resumes).toMatchObject([{ from: gpt, to: gpt }]);
    expect(attempts.map(({ target }) => target)).toEqual([claude, claude, gpt, gpt]);
  });
});

describe("what the caller sees", () => {
  test("is one stream in one block, with the reasoning that came first and the last finish", async () => {
    says({ type: "text", text: reply, reasoning: "The customer wants to know." });
    harness.simulator.play([{ type: "drop", afterTokens: 14 }]);
    const parts = await partsOf("askedClaude");
    const order = parts
      .map(({ type }) => type)
      .filter((type, index, all) => type !== all[index - 1] && type !== "custom");
    expect(order).toEqual([
      "stream-start",
      "response-metadata",
      "reasoning-start",
      "reasoning-delta",
      "reasoning-end",
      "text-start",
      "text-delta",
      "text-end",
      "finish",
    ]);
    expect(parts.filter(({ type }) => type === "text-start" || type === "text-end")).toHaveLength(
      2,
    );
    expect(joined(parts, "text-delta")).toBe(reply);
  });

  test("when only reasoning had come, is the answer from its beginning", async () => {
    says({ type: "text", text: reply, reasoning: "The customer wants to know where it is." });
    harness.simulator.play([{ type: "drop", afterTokens: 4 }]);
    const parts = await partsOf("askedClaude");
    expect(joined(parts, "reasoning-delta")).toBe("The customer wan");
    expect(joined(parts, "text-delta")).toBe(reply);
    const types = parts.map(({ type }) => type);
    expect(types.filter((type) => /^reasoning-(?:start|end)$/.test(type))).toHaveLength(2);
    expect(types.at(-1)).toBe("finish");
  });

  test("sums up what is known of the tokens and costs of all its attempts", async () => {
    const usage = { inputTokens: 1_000, outputTokens: 500 };
    const model = simulatedModel({
      script: { replies: [{ reply: { type: "text", text: reply, usage } }] },
      faults: [
        { type: "clean-end-early", afterTokens: 9 },
        { type: "drop", afterTokens: 25 },
      ],
    });
    await using local = await startHarness({
      tasks: { ask: { model, afterCommit: "resume" } },
      prices: { "simulator/simulated": { input: 1, output: 2 } },
    });
    const stream = local.seam.stream("ask", { prompt: prompt() });
    expect(await stream.result).toMatchObject({
      text: reply,
      usage: { inputTokens: 2_000, outputTokens: 1_000 },
      cost: 0.004,
    });
    expect(await local.event(stream.callId)).toMatchObject({
      input_tokens: 2_000,
      output_tokens: 1_000,
      cost_usd: 0.004,
      unpriced_attempts: 1,
      resumes: [{ how: "request" }, { how: "request" }],
      attempts: [{ usage }, { usage: null, costUsd: null }, { usage }],
    });
  });

  test("is Refused, with the whole text, when the model declines on the way", async () => {
    harness.simulator.play([{ type: "drop", afterTokens: 8 }, "refusal"]);
    const { pieces, error } = await collect(ask("prefilled"));
    expect(pieces.join("")).toMatch(/^Dear Ms Lind.*can't help/s);
    expect(error).toMatchObject({ code: "Refused", text: pieces.join("") });
    expect(harness.simulator.requests).toHaveLength(2);
    expect((await harness.lastEvent()).attempts[1]).toMatchObject({ outcome: "Refused" });
  });

  test("is not kept in the cache; identical calls that wait for it get it whole", async () => {
    const asked = { prompt: prompt() };
    harness.simulator.play([{ type: "drop", afterTokens: 8 }]);
    const stream = harness.seam.stream("kept", asked);
    const same = harness.seam.stream("kept", asked);
    expect([(await stream.result).text, (await same.result).text]).toEqual([reply, reply]);
    expect((await same.result).source).toBe("coalesced");
    expect((await harness.event(same.callId)).resumes).toEqual([]);
    expect((await harness.event(stream.callId)).resumes).toHaveLength(1);
    expect((await harness.seam.stream("kept", asked).result).source).toBe("model");
    expect((await harness.seam.stream("kept", asked).result).source).toBe("cache");
  });
});

describe("an end", () => {
  test("after three resumes, with all of the text and the last cause", async () => {
    harness.simulator.play({ sequence: [], afterwards: { type: "drop", afterTokens: 5 } });
    const stream = ask("prefilled");
    const { pieces, error } = await collect(stream);
    const text = pieces.join("");
    expect(reply.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(upTo(17).length);
    expect(error).toBeInstanceOf(StreamInterrupted);
    expect(error).toMatchObject({
      text,
      callId: stream.callId,
      target: claude,
      cause: { code: "ProviderUnavailable" },
    });
    expect(await rejection(stream.result)).toBe(error);
    const event = await harness.event(stream.callId);
    expect(event).toMatchObject({ error_code: "StreamInterrupted", response: [{ text }] });
    expect(event.notes).toEqual(["not resumed: it broke off again after 3 resumes"]);
    expect(event.attempts).toHaveLength(4);
  });

  test("when nobody can be had for the rest", async () => {
    harness.simulator.play({
      sequence: [{ type: "drop", afterTokens: 5 }],
      afterwards: "status-529",
    });
    const { pieces, error } = await collect(ask("rerouted"));
    expect(pieces.join("")).toBe(upTo(5));
    expect(error).toMatchObject({
      code: "StreamInterrupted",
      text: upTo(5),
      cause: { code: "Overloaded" },
    });
    expect(harness.simulator.requests).toHaveLength(5);
  });

  test("where the task's budget is used up", async () => {
    await using own = await startHarness(
      {
        tasks: { ask: { model: claude, budget: { requests: 1, window: "1h" } } },
        defaults: { afterCommit: "resume" },
      },
      { script: { replies: [{ reply }] }, faults: [{ type: "drop", afterTokens: 5 }] },
    );
    const { pieces, error } = await collect(own.seam.stream("ask", { prompt: "x" }));
    expect(pieces.join("")).toBe(upTo(5));
    expect(error).toMatchObject({ code: "StreamInterrupted", cause: { code: "BudgetExceeded" } });
    expect(own.simulator.requests).toHaveLength(1);
  });

  const hangs: Fault[] = ["header-silence", { type: "stall", afterTokens: 2 }];

  test.each(hangs)("at the deadline, while the resume hangs: %j", async (fault) => {
    harness.simulator.play([{ type: "drop", afterTokens: 5 }, fault]);
    const { pieces, error } = await collect(ask("prefilled", { limits: { deadline: 1_000 } }));
    expect(reply.startsWith(pieces.join(""))).toBe(true);
    expect(error).toMatchObject({
      code: "StreamInterrupted",
      text: pieces.join(""),
      cause: { code: "DeadlineExceeded", limit: "deadline" },
    });
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([{ fault: "drop" }, { closedByClient: true }]);
  });

  test.each(hangs)("by the caller's abort, while the resume hangs: %j", async (fault) => {
    harness.simulator.play([{ type: "drop", afterTokens: 5 }, fault]);
    const stream = ask("prefilled");
    const all = collect(stream);
    await vi.waitFor(() => expect(harness.simulator.requests).toHaveLength(2));
    stream.cancel();
    expect((await all).error).toMatchObject({ name: "AbortError" });
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([{ fault: "drop" }, { closedByClient: true }]);
    expect(await harness.event(stream.callId)).toMatchObject({ error_code: "Aborted" });
  });

  test("at once where the break says that nothing can be done", async () => {
    const errorType = "invalid_request_error";
    harness.simulator.play([{ type: "in-band-error", errorType, afterTokens: 5 }]);
    const { error } = await collect(ask("prefilled"));
    expect(error).toMatchObject({ code: "StreamInterrupted", cause: { code: "InvalidRequest" } });
    expect(harness.simulator.requests).toHaveLength(1);
  });

  test("where the task does not resume, or the output limit cut the text", async () => {
    harness.simulator.play([{ type: "drop", afterTokens: 5 }, "length"]);
    expect((await collect(ask("plain"))).error).toMatchObject({ text: upTo(5) });
    expect((await ask("prefilled").result).finishReason).toBe("length");
    expect(harness.simulator.requests).toHaveLength(2);
  });
});

describe("calls that are not resumed fail as they are, and say so", () => {
  const lookUp = { type: "function", name: "look_up", inputSchema: { type: "object" } } as const;

  test("those with tools", async () => {
    harness.simulator.play([{ type: "drop", afterTokens: 5 }]);
    const parts = await partsOf("prefilled", { tools: [lookUp] });
    expect(parts.at(-1)).toMatchObject({
      type: "error",
      error: { code: "StreamInterrupted", text: upTo(5) },
    });
    expect(harness.simulator.requests).toHaveLength(1);
    expect((await harness.lastEvent()).notes).toEqual(["not resumed: the call has tools"]);
  });

  test("those with structured output", async () => {
    says({ type: "json", value: { place: "Lund, on its way to the carrier" } });
    harness.simulator.play({ sequence: [], afterwards: { type: "drop", afterTokens: 5 } });
    const schema = z.object({ place: z.string() });
    const stream = harness.seam.streamExtract("asked", { prompt: prompt(), schema });
    expect(await rejection(stream.result)).toMatchObject({ code: "StreamInterrupted" });
    expect((await harness.lastEvent()).notes).toContain("not resumed: the answer is structured");
  });
});

test("resumes count against the retry budget of the target that broke", async () => {
  await using scarce = await startHarness(
    {
      tasks: { ask: { model: claude, fallbacks: [gpt] } },
      defaults: { afterCommit: "resume", retry: { budget: { share: 0.01, floorPerSecond: 0 } } },
    },
    {
      script: { replies: [{ reply }] },
      faults: {
        sequence: [],
        afterwards: { type: "drop", afterTokens: 3 },
        when: { protocol: "anthropic" },
      },
    },
  );
  for (let call = 0; call < 2; call++) {
    expect(await scarce.seam.stream("ask", { prompt: "x" }).result).toMatchObject({
      text: reply,
      target: gpt,
    });
  }
  const last = await scarce.lastEvent();
  expect(last.attempts.map(({ target }) => target)).toEqual([claude, gpt]);
  expect(last.reroutes).toMatchObject([
    { reason: expect.stringMatching(/retry budget is used up/) },
  ]);
});
