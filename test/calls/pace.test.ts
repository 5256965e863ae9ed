import { createOpenAI } from "@ai-sdk/openai";
import { startSimulator } from "llm-seam/simulator";
import { describe, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import { startRuntime } from "../../src/runtime.ts";
import { collect, gaps, rejection, simulatedProviders, startHarness } from "../support/harness.ts";

const first = "anthropic/claude-haiku-4-5";
const second = "openai/gpt-5-mini";

describe("a target's own limits", () => {
  test("who cannot have its turn in time fails at once, with the time when it could", async () => {
    await using harness = await startHarness({
      tasks: { ask: { model: first } },
      pace: { anthropic: { requestsPerMinute: 2 } },
    });
    const asked = ["a", "b", "c"].map((prompt) => harness.seam.complete("ask", { prompt }));
    const [, , refused] = await Promise.allSettled(asked);
    expect(refused).toMatchObject({
      reason: { code: "RateLimited", retryable: false, attempts: [], target: first },
    });
    expect((refused as { reason: { retryAfterMs: number } }).reason.retryAfterMs).toBeGreaterThan(
      50_000,
    );
    expect(harness.simulator.requests).toHaveLength(2);
    const event = (await harness.events()).find(({ error_code }) => error_code !== null);
    expect(event).toMatchObject({ error_code: "RateLimited", attempts: [], cost_usd: 0 });
  });

  test("or goes to its fallback, and the event says why", async () => {
    await using harness = await startHarness({
      tasks: { ask: { model: first, fallbacks: [second] } },
      pace: { [first]: { requestsPerMinute: 1 } },
    });
    await harness.seam.complete("ask", { prompt: "a" });
    expect((await harness.seam.complete("ask", { prompt: "b" })).target).toBe(second);
    expect((await harness.lastEvent()).reroutes).toEqual([
      { from: first, to: second, reason: expect.stringContaining("Seam's own pacing") },
    ]);
  });

  test("a stream is open to its end; who waits for its place is told so by its event", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first } }, pace: { [first]: { inFlight: 1 } } },
      { pace: { tokensPerSecond: 50 } },
    );
    const { seam, simulator } = harness;
    const stream = collect(seam.stream("ask", { prompt: "a" }));
    await expect.poll(() => simulator.requests.length).toBe(1);
    const { callId } = await seam.complete("ask", { prompt: "b" });
    const { error } = await stream;
    expect(error).toBeUndefined();
    const [one, two] = simulator.requests;
    expect(two?.receivedAt).toBeGreaterThanOrEqual((one?.receivedAt ?? 0) + 200);
    const event = await harness.event(callId);
    expect(event["queued_ms"]).toBeGreaterThan(100);
  });

  test("whose deadline ends in the queue is told that nothing was sent", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first } }, pace: { [first]: { inFlight: 1 } } },
      { pace: { firstTokenMs: 1_000 } },
    );
    const { seam, simulator } = harness;
    const open = seam.complete("ask", { prompt: "a" });
    await expect.poll(() => simulator.requests.length).toBe(1);
    const waiting = seam.complete("ask", { prompt: "b", limits: { deadline: 100 } });
    expect(await rejection(waiting)).toMatchObject({
      code: "DeadlineExceeded",
      summary: expect.stringContaining("had not sent a request yet"),
    });
    await open;
  });

  test("a caller who leaves the queue sends nothing, and keeps no place", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first } }, pace: { [first]: { inFlight: 1 } } },
      { pace: { firstTokenMs: 300 } },
    );
    const { seam, simulator } = harness;
    const kept = seam.complete("ask", { prompt: "a" });
    const left = seam.complete("ask", { prompt: "b", signal: AbortSignal.timeout(50) });
    const last = seam.complete("ask", { prompt: "c" });
    await expect(left).rejects.toThrow(/timeout/i);
    await Promise.all([kept, last]);
    expect(simulator.requests).toHaveLength(2);
  });
});

describe("the breaker", () => {
  const breaker = { failureRate: 0.1, minimumCalls: 2, cooldown: 1, maxCooldown: 1 } as const;

  test("does not count what was not sent, and its probe's place comes back", async () => {
    await using harness = await startHarness({
      tasks: { ask: { model: first } },
      defaults: { breaker, retry: false },
      pace: { [first]: { requestsPerMinute: 3 } },
    });
    const { seam, simulator } = harness;
    const ask = () => seam.complete("ask", { prompt: "x" });
    simulator.play(["status-529", "status-529", "none"]);
    for (let call = 0; call < 2; call++) expect(await rejection(ask())).toBeTruthy();
    await new Promise((resume) => setTimeout(resume, 10));
    await ask();
    for (let call = 0; call < 5; call++) {
      expect(await rejection(ask())).toMatchObject({ code: "RateLimited" });
    }
  });

  test("a half-open one is tried again after a try that was held back", async () => {
    await using harness = await startHarness({
      tasks: { ask: { model: first } },
      defaults: { breaker, retry: false },
      pace: { [first]: { requestsPerMinute: 2 } },
    });
    harness.simulator.play(["status-529", "status-529"]);
    const ask = () => rejection(harness.seam.complete("ask", { prompt: "x" }));
    for (let call = 0; call < 2; call++) expect(await ask()).toMatchObject({ code: "Overloaded" });
    await new Promise((resume) => setTimeout(resume, 10));
    for (let call = 0; call < 3; call++) expect(await ask()).toMatchObject({ code: "RateLimited" });
  });
});

describe("what the provider tells", () => {
  test("its Retry-After holds those who wait, too, and the retry waits once", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first } }, pace: { [first]: { inFlight: 1 } } },
      { faults: [{ type: "status", status: 429, retryAfter: 2 }] },
    );
    const { seam, simulator } = harness;
    const asked = ["a", "b", "c"].map((prompt) => seam.complete("ask", { prompt }));
    await Promise.all(asked);
    expect(simulator.requests.map(({ status }) => status)).toEqual([429, 200, 200, 200]);
    const [afterRefusal] = gaps(simulator);
    expect(afterRefusal).toBeGreaterThanOrEqual(1_990);
    expect(afterRefusal).toBeLessThan(3_900);
  });

  test.each([first, second])("%s: what is left is not overdrawn", async (model) => {
    const refused = async (learn: boolean): Promise<number> => {
      const rateLimit = { requestsPerMinute: 10, minuteMs: 2_000 };
      await using simulator = await disposable({ rateLimit });
      await using harness = await startHarness({
        tasks: { ask: { model, retry: false } },
        providers: simulatedProviders(simulator),
        pace: { [model]: { learn } },
      });
      await harness.seam.complete("ask", { prompt: "first" });
      const asked = Array.from({ length: 25 }, (_, call) =>
        harness.seam.complete("ask", { prompt: String(call) }),
      );
      await Promise.allSettled(asked);
      return simulator.report().byStatus["429"] ?? 0;
    };
    expect(await refused(false)).toBeGreaterThan(5);
    expect(await refused(true)).toBeLessThanOrEqual(2);
  });

  test("also through a model of the AI SDK", async () => {
    await using simulator = await disposable({
      rateLimit: { requestsPerMinute: 2, minuteMs: 1_000 },
    });
    const { chat } = createOpenAI({ baseURL: simulator.baseURL, apiKey: "test-key" });
    await using harness = await startHarness({
      tasks: { ask: { model: chat("gpt-5-mini"), retry: false } },
    });
    for (let call = 0; call < 3; call++) {
      await harness.seam.complete("ask", { prompt: String(call) });
    }
    for (let call = 0; call < 2; call++) {
      const { error } = await collect(harness.seam.stream("ask", { prompt: String(call) }));
      expect(error).toBeUndefined();
    }
    expect(simulator.report().byStatus).toEqual({ "200": 5 });
  });

  test("also when such a model fails", async () => {
    await using simulator = await disposable({});
    const { chat } = createOpenAI({ baseURL: simulator.baseURL, apiKey: "test-key" });
    await using harness = await startHarness({
      tasks: { ask: { model: chat("gpt-5-mini"), retry: false } },
    });
    simulator.play([{ type: "status", status: 429, retryAfter: 1 }]);
    expect(await rejection(harness.seam.complete("ask", { prompt: "a" }))).toMatchObject({
      status: 429,
    });
    await harness.seam.complete("ask", { prompt: "b" });
    expect(gaps(simulator)[0]).toBeGreaterThanOrEqual(990);
  });
});

describe("a provider that takes 40 requests in 600 ms", () => {
  const minuteMs = 600;

  /** How many of 100 calls at once are answered, and how many refused. */
  async function askAll(rule: { requestsPerWindow?: number }) {
    await using simulator = await disposable({ rateLimit: { requestsPerMinute: 40, minuteMs } });
    const runtime = startRuntime(
      resolveConfig({
        tasks: { ask: { model: first, retry: false } },
        defaults: { breaker: false },
        providers: simulatedProviders(simulator),
        store: false,
      }),
    );
    const [target] = runtime.rulesOf("ask").targets;
    const pace = { ...target.pace, learn: false, windowMs: minuteMs, ...rule };
    const asked = Array.from({ length: 100 }, (_, call) =>
      runtime.generate(
        runtime.prepare({
          task: "ask",
          pattern: "complete",
          mode: "generate",
          request: { prompt: [{ role: "user", content: [{ type: "text", text: `${call}` }] }] },
          targets: [{ ...target, pace }],
        }),
      ),
    );
    await Promise.allSettled(asked);
    await runtime.close();
    return simulator.report().byStatus;
  }

  test("refuses many of 100 calls at once, and next to none of them when they are paced", async () => {
    expect((await askAll({}))["429"]).toBeGreaterThan(10);
    const paced = await askAll({ requestsPerWindow: 20 });
    expect(paced["200"]).toBeGreaterThanOrEqual(98);
  });
});

async function disposable(options: Parameters<typeof startSimulator>[0]) {
  const simulator = await startSimulator(options);
  return Object.assign(simulator, { [Symbol.asyncDispose]: () => simulator.close() });
}
