import { trace } from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Collector, type ReceivedSpan, startCollector } from "../support/collector.ts";
import { collect, type Harness, rejection, startHarness } from "../support/harness.ts";

const haiku = "anthropic/claude-haiku-4-5";
const tasks = {
  ask: { model: haiku },
  saved: { model: haiku, cache: true },
  careful: { model: haiku, fallbacks: ["openai/gpt-4.1-mini"] },
  hasty: {
    model: haiku,
    fallbacks: ["openai/gpt-4.1-mini"],
    hedge: { share: 1, after: 100 },
    canary: { share: 1, settings: { temperature: 0 } },
  },
} as const;
const quick = { retry: { attempts: 2, baseDelay: 1 } };
const client = 3;
const internal = 1;

let collector: Collector;
let harness: Harness<keyof typeof tasks>;

beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector[Symbol.asyncDispose]());
beforeEach(async () => {
  harness = await startHarness({ tasks, defaults: quick });
  await collector.clear();
});
afterEach(() => harness[Symbol.asyncDispose]());

const port = (): number => Number(new URL(harness.simulator.baseURL).port);

/** The span of the one call that was made. */
async function callSpan(): Promise<ReceivedSpan> {
  const [span, ...others] = (await collector.spans()).filter(({ name }) =>
    name.startsWith("chat "),
  );
  if (span === undefined || others.length > 0) throw new Error("expected the span of one call");
  return span;
}

async function childrenOf({ spanId, traceId }: ReceivedSpan): Promise<ReceivedSpan[]> {
  const spans = await collector.spans();
  return spans.filter((span) => span.parentSpanId === spanId && span.traceId === traceId);
}

test("a call is a span by the conventions, with what Seam adds in its own namespace", async () => {
  harness.simulator.script({
    replies: [
      {
        reply: {
          type: "text",
          text: "Good morning.",
          usage: {
            inputTokens: 1_000,
            outputTokens: 200,
            cachedInputTokens: 400,
            cacheWriteTokens: 100,
          },
        },
      },
    ],
  });
  const { callId, cost } = await harness.seam.complete("ask", {
    prompt: "Hello",
    settings: { temperature: 0.2, topP: 0.9, topK: 5, maxOutputTokens: 50, stopSequences: ["END"] },
    tags: { session: "s-4", user: "u-17" },
  });
  const span = await callSpan();
  expect(span).toMatchObject({
    name: "chat claude-haiku-4-5",
    scope: "llm-seam",
    kind: client,
    status: { code: 0 },
  });
  expect(span.parentSpanId).toBeUndefined();
  const event = await harness.event(callId);
  expect(span.durationMs).toBeCloseTo(Number(event["latency_ms"]), 1);
  expect(span.attributes).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-haiku-4-5",
    "gen_ai.conversation.id": "s-4",
    "server.address": "127.0.0.1",
    "server.port": port(),
    "gen_ai.request.max_tokens": 50,
    "gen_ai.request.temperature": 0.2,
    "gen_ai.request.top_p": 0.9,
    "gen_ai.request.top_k": 5,
    "gen_ai.request.stop_sequences": ["END"],
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.response.id": expect.any(String),
    "gen_ai.response.model": "claude-haiku-4-5",
    "gen_ai.usage.input_tokens": 1_000,
    "gen_ai.usage.output_tokens": 200,
    "gen_ai.usage.cache_read.input_tokens": 400,
    "gen_ai.usage.cache_creation.input_tokens": 100,
    "seam.call_id": callId,
    "seam.task": "ask",
    "seam.pattern": "complete",
    "seam.outcome": "ok",
    "seam.source": "model",
    "seam.cache_hit": false,
    "seam.target": haiku,
    "seam.answered_by": haiku,
    "seam.attempts": 1,
    "seam.reroutes": 0,
    "seam.resumes": 0,
    "seam.cost_usd": cost,
    "seam.unpriced_attempts": 0,
    "seam.queued_ms": 0,
  });
});

test("every attempt is a child of its call, and a failure that was recovered is the attempt's alone", async () => {
  harness.simulator.play({
    sequence: [],
    afterwards: "status-529",
    when: { model: haiku.slice(10) },
  });
  await harness.seam.complete("careful", { prompt: "Hello" });
  const span = await callSpan();
  expect(span.status.code).toBe(0);
  expect(span.attributes).toMatchObject({
    "gen_ai.response.model": "gpt-4.1-mini",
    "seam.answered_by": "openai/gpt-4.1-mini",
    "seam.attempts": 3,
    "seam.reroutes": 1,
  });
  expect(span.attributes).not.toHaveProperty("error.type");
  const attempts = await childrenOf(span);
  expect(attempts.map(({ name, kind, status }) => [name, kind, status.code])).toEqual([
    [`attempt ${haiku}`, client, 2],
    [`attempt ${haiku}`, client, 2],
    ["attempt openai/gpt-4.1-mini", client, 0],
  ]);
  expect(attempts.map(({ attributes }) => attributes)).toMatchObject([
    {
      "http.response.status_code": 529,
      "error.type": "Overloaded",
      "seam.attempt.number": 1,
      "seam.attempt.kind": "ask",
      "seam.attempt.wait_ms": expect.any(Number),
      "seam.attempt.cost_usd": 0,
    },
    { "http.response.status_code": 529, "seam.attempt.number": 2 },
    {
      "http.response.status_code": 200,
      "seam.attempt.number": 3,
      "seam.attempt.outcome": "ok",
      "seam.target": "openai/gpt-4.1-mini",
      "seam.attempt.output_tokens": expect.any(Number),
      "server.port": port(),
    },
  ]);
  for (const { attributes } of attempts) {
    expect(Object.keys(attributes).filter((name) => name.startsWith("gen_ai."))).toEqual([]);
  }
  const [first, second] = attempts;
  expect(second?.startMs).toBeGreaterThanOrEqual(first?.startMs ?? Number.NaN);
});

test("a hedged call shows both attempts, and the arm that it belongs to", async () => {
  const slow = { type: "slow", firstTokenMs: 2_000 } as const;
  harness.simulator.play({ sequence: [], afterwards: slow, when: { model: "claude-haiku-4-5" } });
  await harness.seam.complete("hasty", { prompt: "Hello" });
  const span = await callSpan();
  expect(span.attributes).toMatchObject({
    "seam.arm": "canary",
    "seam.answered_by": "openai/gpt-4.1-mini",
    "gen_ai.request.temperature": 0,
  });
  const attempts = await childrenOf(span);
  expect(
    attempts.map(({ attributes, status }) => [
      attributes["seam.attempt.kind"],
      attributes["seam.attempt.outcome"],
      status.code,
    ]),
  ).toEqual([
    ["ask", "Aborted", 0],
    ["hedge", "ok", 0],
  ]);
});

test("the span of feature code is the parent, and what a provider's request opens is a child", async () => {
  const platform = globalThis.fetch;
  vi.stubGlobal("fetch", (...request: Parameters<typeof fetch>) => {
    const span = trace.getTracer("http").startSpan("POST");
    return platform(...request).finally(() => span.end());
  });
  try {
    await trace.getTracer("feature").startActiveSpan("handle ticket", async (feature) => {
      await harness.seam.complete("ask", { prompt: "Hello" });
      await collect(harness.seam.stream("ask", { prompt: "Hello" }));
      feature.end();
    });
  } finally {
    vi.unstubAllGlobals();
  }
  const spans = await collector.spans();
  const feature = spans.find(({ name }) => name === "handle ticket");
  const calls = spans.filter(({ name }) => name.startsWith("chat "));
  const requests = spans.filter(({ name }) => name === "POST");
  expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual([feature?.spanId, feature?.spanId]);
  expect(requests.map(({ parentSpanId }) => parentSpanId)).toEqual(
    calls.map(({ spanId }) => spanId),
  );
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
});

test("the span of a stream lasts as long as the stream", async () => {
  harness.simulator.play([{ type: "stall", afterTokens: 3 }]);
  const stream = harness.seam.stream("ask", { prompt: "Hello" });
  for await (const _ of stream) {
    expect(await collector.spans()).toEqual([]);
    break;
  }
  await rejection(stream.result);
  const span = await callSpan();
  const event = await harness.event(stream.callId);
  expect(span.durationMs).toBeCloseTo(Number(event["latency_ms"]), 1);
  expect(span.attributes).toMatchObject({
    "gen_ai.request.stream": true,
    "gen_ai.response.time_to_first_chunk": Number(event["first_token_ms"]) / 1_000,
    "seam.outcome": "Aborted",
  });
});

test("a failed call has the status of an error and its code, and without opting in no text of it", async () => {
  harness.simulator.play(["status-401"]);
  await rejection(harness.seam.complete("ask", { prompt: "Hello" }));
  harness.simulator.play([{ type: "drop", afterTokens: 3 }]);
  await collect(harness.seam.stream("ask", { prompt: "Hello" }));
  const spans = (await collector.spans()).filter(({ name }) => name.startsWith("chat "));
  expect(spans).toMatchObject([
    {
      status: { code: 2 },
      attributes: { "error.type": "AuthenticationFailed", "seam.attempts": 1 },
    },
    {
      status: { code: 2 },
      attributes: { "error.type": "StreamInterrupted", "seam.outcome": "StreamInterrupted" },
    },
  ]);
  for (const { status } of await collector.spans()) expect(status.message).toBeUndefined();
});

test("a caller that leaves is no error", async () => {
  harness.simulator.play(["header-silence"]);
  const abort = new AbortController();
  const call = harness.seam.complete("ask", { prompt: "Hello", signal: abort.signal });
  await vi.waitFor(() => expect(harness.simulator.inFlight).toBe(1));
  abort.abort();
  await rejection(call);
  const span = await callSpan();
  expect(span.status.code).toBe(0);
  expect(span.attributes).toMatchObject({ "seam.outcome": "Aborted" });
  expect(span.attributes).not.toHaveProperty("error.type");
  const [attempt] = await childrenOf(span);
  expect(attempt).toMatchObject({
    status: { code: 0 },
    attributes: { "seam.attempt.outcome": "Aborted" },
  });
});

test("an answer from the cache says so, with what it saved, and has no attempts", async () => {
  const { cost } = await harness.seam.complete("saved", { prompt: "Hello" });
  await collector.clear();
  await harness.seam.complete("saved", { prompt: "Hello" });
  const span = await callSpan();
  expect(span.attributes).toMatchObject({
    "seam.source": "cache",
    "seam.cache_hit": true,
    "seam.attempts": 0,
    "seam.cost_usd": 0,
    "seam.saved_usd": cost,
    "gen_ai.usage.input_tokens": 0,
    "gen_ai.usage.output_tokens": 0,
  });
  expect(await childrenOf(span)).toEqual([]);
});

test("calls that share a request each have a span; its attempt is shown once", async () => {
  harness.simulator.play([{ type: "slow", firstTokenMs: 100 }]);
  await Promise.all([1, 2, 3].map(() => harness.seam.complete("saved", { prompt: "Hello" })));
  const spans = await collector.spans();
  const sources = spans.map(({ attributes }) => attributes["seam.source"]);
  expect(sources.filter((source) => source === "model")).toHaveLength(1);
  expect(sources.filter((source) => source === "coalesced")).toHaveLength(2);
  expect(spans.filter(({ name }) => name.startsWith("attempt "))).toHaveLength(1);
});

test("an extract that asks twice is a span over both asks", async () => {
  harness.simulator.script({ replies: [{ reply: "no JSON at all", times: 1 }] });
  const { callId, cost, asks } = await harness.seam.extract("ask", {
    prompt: "Hello",
    schema: z.object({ urgent: z.boolean() }),
  });
  expect(asks).toBe(2);
  const spans = await collector.spans();
  const whole = spans.find(({ name }) => name === "extract ask");
  expect(whole).toMatchObject({
    kind: internal,
    status: { code: 0 },
    attributes: { "seam.call_id": callId, "seam.cost_usd": cost, "seam.attempts": 2 },
  });
  expect(Object.keys(whole?.attributes ?? {}).filter((name) => name.startsWith("gen_ai."))).toEqual(
    [],
  );
  const calls = spans.filter(({ name }) => name.startsWith("chat "));
  expect(calls.map(({ parentSpanId, status }) => [parentSpanId, status.code])).toEqual([
    [whole?.spanId, 2],
    [whole?.spanId, 0],
  ]);
  expect(calls[0]?.attributes).toMatchObject({
    "error.type": "InvalidOutput",
    "gen_ai.output.type": "json",
  });
});

test("no key, header or prompt goes over the wire", async () => {
  harness.simulator.play([
    { type: "status", status: 400, message: "bad: Tell me of Ada and test-key" },
  ]);
  await rejection(harness.seam.complete("ask", { prompt: "Tell me of Ada" }));
  await harness.seam.complete("ask", { system: "You are Eliza", prompt: "Tell me of Ada" });
  const wire = await collector.wire();
  expect(wire).toContain("chat claude-haiku-4-5");
  for (const secret of ["test-key", "Ada", "Eliza", "x-api-key"])
    expect(wire).not.toContain(secret);
});
