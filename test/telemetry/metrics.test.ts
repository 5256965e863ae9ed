import { trace } from "@opentelemetry/api";
import { AlwaysOffSampler, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Collector, type ReceivedPoint, startCollector } from "../support/collector.ts";
import { collect, type Harness, rejection, startHarness } from "../support/harness.ts";

const haiku = "anthropic/claude-haiku-4-5";
const tasks = {
  ask: { model: haiku, cache: true },
  careful: { model: haiku, fallbacks: ["openai/gpt-4.1-mini"] },
  local: { model: "local/qwen3" },
} as const;

let collector: Collector;
let harness: Harness<keyof typeof tasks>;

beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector[Symbol.asyncDispose]());
beforeEach(async () => {
  await collector.clear();
  harness = await startHarness({ tasks, defaults: { retry: { attempts: 2, baseDelay: 1 } } });
});
afterEach(() => harness[Symbol.asyncDispose]());

async function points(metric: string): Promise<readonly ReceivedPoint[]> {
  return (await collector.metrics()).get(metric)?.points ?? [];
}

async function pointsOf(metric: string, attributes: object): Promise<readonly ReceivedPoint[]> {
  return (await points(metric)).filter((point) =>
    Object.entries(attributes).every(([name, value]) => point.attributes[name] === value),
  );
}

const port = (): number => Number(new URL(harness.simulator.baseURL).port);

test("durations, first chunks and tokens are histograms by the conventions", async () => {
  harness.simulator.script({
    replies: [
      { reply: { type: "text", text: "Hi", usage: { inputTokens: 300, outputTokens: 7 } } },
    ],
  });
  await harness.seam.complete("ask", { prompt: "one" });
  await collect(harness.seam.stream("ask", { prompt: "two" }));
  await harness.seam.complete("ask", { prompt: "one" });
  const place = { "server.port": port() };
  const identity = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-haiku-4-5",
    "gen_ai.response.model": "claude-haiku-4-5",
    "server.address": "127.0.0.1",
    ...place,
  };
  const seconds = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
  ];
  expect(await pointsOf("gen_ai.client.operation.duration", place)).toEqual([
    expect.objectContaining({ attributes: identity, count: 2, bounds: seconds }),
  ]);
  expect(await pointsOf("gen_ai.client.operation.time_to_first_chunk", place)).toEqual([
    expect.objectContaining({ attributes: identity, count: 1, bounds: seconds }),
  ]);
  const tokens = [
    1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
  ];
  expect(await pointsOf("gen_ai.client.token.usage", place)).toEqual([
    expect.objectContaining({
      attributes: { ...identity, "gen_ai.token.type": "input" },
      count: 2,
      sum: 600,
      bounds: tokens,
    }),
    expect.objectContaining({
      attributes: { ...identity, "gen_ai.token.type": "output" },
      count: 2,
      sum: 14,
      bounds: tokens,
    }),
  ]);
});

test("a failed call is measured with its error, and tokens belong to the model that used them", async () => {
  harness.simulator.play({
    sequence: [],
    afterwards: "status-529",
    when: { model: "claude-haiku-4-5" },
  });
  await rejection(harness.seam.complete("ask", { prompt: "one" }));
  await harness.seam.complete("careful", { prompt: "one" });
  const place = { "server.port": port() };
  const durations = await pointsOf("gen_ai.client.operation.duration", place);
  expect(durations.map(({ attributes }) => attributes["error.type"])).toEqual([
    "Overloaded",
    undefined,
  ]);
  const used = await pointsOf("gen_ai.client.token.usage", place);
  expect(used.map(({ attributes }) => attributes["gen_ai.request.model"])).toEqual([
    "gpt-4.1-mini",
    "gpt-4.1-mini",
  ]);
});

test("Seam's own metrics count calls of features, attempts, cost and savings, and say what has no price", async () => {
  const { cost } = await harness.seam.complete("ask", { prompt: "three" });
  await harness.seam.complete("ask", { prompt: "three" });
  await harness.seam.complete("local", { prompt: "three" });
  harness.simulator.script({ replies: [{ reply: "no JSON", times: 1 }] });
  const extracted = await harness.seam.extract("careful", {
    prompt: "three",
    schema: z.object({ urgent: z.boolean() }),
  });
  expect(extracted.asks).toBe(2);

  const cached = { "seam.task": "ask", "seam.source": "cache" };
  expect(await pointsOf("seam.saved", cached)).toMatchObject([{ value: expect.any(Number) }]);
  expect(cost).toBeGreaterThan(0);
  expect((await collector.metrics()).get("seam.cost")?.unit).toBe("{USD}");
  expect(await pointsOf("seam.cost", { "seam.task": "local" })).toEqual([]);
  expect(await pointsOf("seam.attempts", { "seam.task": "local" })).toMatchObject([
    { value: 1, attributes: { "seam.target": "local/qwen3", "seam.priced": false } },
  ]);
  const own = { "seam.task": "careful", "seam.outcome": "ok", "seam.source": "model" };
  const calls = await pointsOf("seam.calls", own);
  expect(calls.map(({ value }) => value)).toEqual([1]);
  const attempts = await pointsOf("seam.attempts", {
    "seam.task": "careful",
    "seam.attempt.outcome": "InvalidOutput",
  });
  expect(attempts).toMatchObject([{ value: 1, attributes: { "seam.attempt.kind": "ask" } }]);
});

test("a call that is not sampled is counted, and what runs below it is not sampled either", async () => {
  const unsampled = new TracerProvider({ sampler: new AlwaysOffSampler() }).getTracer("off");
  vi.spyOn(trace, "getTracer").mockReturnValue(unsampled);
  const platform = globalThis.fetch;
  const flags: (number | undefined)[] = [];
  vi.stubGlobal("fetch", (...request: Parameters<typeof fetch>) => {
    flags.push(trace.getActiveSpan()?.spanContext().traceFlags);
    return platform(...request);
  });
  try {
    await harness.seam.complete("ask", { prompt: "four" });
  } finally {
    vi.unstubAllGlobals();
  }
  expect(flags).toEqual([0]);
  expect(await collector.spans()).toEqual([]);
  expect(await points("seam.calls")).toMatchObject([{ value: 1 }]);
});
