import { describe, expect, test } from "vitest";
import { collect, rejection, startHarness } from "../support/harness.ts";

const first = "anthropic/claude-haiku-4-5";
const second = "openai/gpt-5-mini";
const breaker = { failureRate: 0.5, minimumCalls: 3, window: "30s", cooldown: "400ms" } as const;
const common = { breaker, retry: false } as const;
const down = { sequence: [], afterwards: "status-529", when: { protocol: "anthropic" } } as const;

describe("a target that keeps failing", () => {
  test("is not asked any more: the fallback is, at once, and the event says why", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first, fallbacks: [second] } }, defaults: common },
      { faults: down },
    );
    const { seam, simulator } = harness;
    for (let call = 0; call < 8; call++) {
      expect((await seam.complete("ask", { prompt: `call ${call}` })).target).toBe(second);
    }
    const asked = simulator.requests.filter(({ protocol }) => protocol === "anthropic");
    expect(asked).toHaveLength(3);
    const { attempts, reroutes } = await harness.lastEvent();
    expect(attempts.map(({ target }) => target)).toEqual([second]);
    expect(reroutes).toEqual([
      { from: first, to: second, reason: expect.stringMatching(/is not asked for .* ms.*529/) },
    ]);
  });

  test("without a fallback fails at once, with the time when it may be asked again", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first } }, defaults: common },
      { faults: down },
    );
    const { seam, simulator } = harness;
    for (let call = 0; call < 3; call++) await rejection(seam.complete("ask", { prompt: "x" }));
    const error = await rejection(seam.complete("ask", { prompt: "x" }));
    expect(error).toMatchObject({ code: "ProviderUnavailable", target: first });
    const { retryAfterMs } = error as { retryAfterMs?: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(400);
    expect(simulator.requests).toHaveLength(3);
    expect(await harness.lastEvent()).toMatchObject({ attempts: [], cost_usd: 0 });
  });

  test("is tried by one call when it has cooled down, and asked by all when that went well", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first, fallbacks: [second] } }, defaults: common },
      {
        faults: {
          sequence: ["status-529", "status-529", "status-529"],
          when: { protocol: "anthropic" },
        },
      },
    );
    const { seam, simulator } = harness;
    const ask = async (): Promise<string> => (await seam.complete("ask", { prompt: "x" })).target;
    for (let call = 0; call < 3; call++) await ask();
    expect(await ask()).toBe(second);
    await new Promise((resume) => setTimeout(resume, 450));
    simulator.clear();
    const together = await Promise.all([ask(), ask(), ask(), ask(), ask()]);
    expect(together.filter((target) => target === first)).toHaveLength(1);
    expect(await ask()).toBe(first);
  });

  test("while one call tries it, the others are told so, and not to come back when that one must have ended", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first } }, defaults: common },
      { faults: { sequence: ["status-529", "status-529", "status-529"] } },
    );
    const ask = () => harness.seam.complete("ask", { prompt: "x" });
    for (let call = 0; call < 3; call++) await rejection(ask());
    await new Promise((resume) => setTimeout(resume, 450));
    const [trying, other] = await Promise.allSettled([ask(), ask()]);
    expect(trying.status).toBe("fulfilled");
    expect(other).toMatchObject({
      reason: {
        code: "ProviderUnavailable",
        retryAfterMs: undefined,
        summary: expect.stringContaining("until one that tries it has ended"),
      },
    });
  });

  test("is kept out as long as it asked for itself", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first } }, defaults: common },
      { faults: { sequence: [], afterwards: { type: "status", status: 429, retryAfter: 60 } } },
    );
    for (let call = 0; call < 3; call++)
      await rejection(harness.seam.complete("ask", { prompt: "x" }));
    const error = await rejection(harness.seam.complete("ask", { prompt: "x" }));
    expect((error as { retryAfterMs?: number }).retryAfterMs).toBeGreaterThan(55_000);
  });

  test("also when its streams break after their first text", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: first } }, defaults: common },
      { faults: { sequence: [], afterwards: { type: "drop", afterTokens: 2 } } },
    );
    for (let call = 0; call < 3; call++) {
      const { error } = await collect(harness.seam.stream("ask", { prompt: "x" }));
      expect(error).toMatchObject({ code: "StreamInterrupted" });
    }
    const { error } = await collect(harness.seam.stream("ask", { prompt: "x" }));
    expect(error).toMatchObject({ code: "ProviderUnavailable" });
    expect(harness.simulator.requests).toHaveLength(3);
  });
});

test("requests that are at fault themselves, and callers who leave, do not open it", async () => {
  await using harness = await startHarness(
    { tasks: { ask: { model: first } }, defaults: common },
    { faults: { sequence: [], afterwards: "status-400" } },
  );
  for (let call = 0; call < 5; call++)
    await rejection(harness.seam.complete("ask", { prompt: "x" }));
  expect(harness.simulator.requests).toHaveLength(5);
  harness.simulator.play(["header-silence", "header-silence", "header-silence", "header-silence"]);
  for (let call = 0; call < 4; call++) {
    await rejection(harness.seam.complete("ask", { prompt: "x", signal: AbortSignal.timeout(20) }));
  }
  expect((await harness.seam.complete("ask", { prompt: "x" })).source).toBe("model");
});

test("an outage is not multiplied: retries stay within the target's budget", async () => {
  const budget = { share: 0.2, floorPerSecond: 0.1, window: "60s" } as const;
  await using harness = await startHarness(
    {
      tasks: { ask: { model: first } },
      defaults: { breaker: false, retry: { attempts: 3, baseDelay: 1, maxDelay: 5, budget } },
    },
    { faults: { sequence: [], afterwards: "status-529" } },
  );
  const calls = 100;
  const ask = () => rejection(harness.seam.complete("ask", { prompt: "x" }));
  await Promise.all(Array.from({ length: calls }, ask));
  const retries = harness.simulator.requests.length - calls;
  expect(retries).toBeGreaterThan(0);
  expect(retries).toBeLessThanOrEqual(0.2 * calls + 6);
  const notes = (await harness.events()).flatMap((event) => event.notes);
  expect(notes.some((note) => note.includes("retry budget is used up"))).toBe(true);
});
