import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { answerOf, callOf, targetNamed } from "../../test/support/call.ts";
import type { Attempt } from "../call/attempt.ts";
import type { RetryRule } from "../call/call.ts";
import type { ErrorContext, SeamError } from "../call/seam-error.ts";
import {
  AuthenticationFailed,
  ConfigError,
  ContextTooLong,
  DeadlineExceeded,
  InvalidOutput,
  InvalidRequest,
  Overloaded,
  ProviderUnavailable,
  QuotaExhausted,
  RateLimited,
  Refused,
  StreamInterrupted,
  Truncated,
} from "../errors.ts";
import type { TargetedCall } from "./policy.ts";
import { RetryBudgets } from "./retry/budget.ts";
import { retry } from "./retry.ts";

afterEach(() => {
  vi.useRealTimers();
});

function targetedCall(rule: RetryRule, more: Partial<TargetedCall> = {}): TargetedCall {
  const call = callOf({ retry: rule });
  call.deadline.at = performance.now() + 1e12;
  return {
    ...call,
    target: targetNamed("test/first"),
    hasFallback: false,
    takeFallback: () => undefined,
    ...more,
  };
}

/** Runs the policy against a provider that fails every time; gives the waits between its requests. */
async function waitsOf(call: TargetedCall, failure: () => unknown): Promise<number[]> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const times: number[] = [];
  const outcome = retry(new RetryBudgets())(call, () => {
    times.push(performance.now());
    call.trace.attempts.push({ waitMs: null } as Attempt);
    return Promise.reject(failure());
  }).catch(() => {});
  await vi.runAllTimersAsync();
  await outcome;
  vi.useRealTimers();
  const waits = call.trace.attempts.slice(0, -1).map(({ waitMs }) => waitMs ?? Number.NaN);
  for (const [index, wait] of waits.entries()) {
    const waited = (times[index + 1] ?? Number.NaN) - (times[index] ?? Number.NaN);
    expect(waited).toBeGreaterThanOrEqual(Math.floor(wait));
  }
  expect(call.trace.attempts.at(-1)?.waitMs).toBeNull();
  return waits;
}

const rules = fc.record({
  attempts: fc.integer({ min: 1, max: 8 }),
  baseDelayMs: fc.integer({ min: 1, max: 2_000 }),
  maxDelayMs: fc.integer({ min: 1, max: 10_000 }),
  budget: fc.constant(undefined),
});

describe("the waits", () => {
  test("are as many as the rule says, and each within its full jitter", async () => {
    await fc.assert(
      fc.asyncProperty(
        rules,
        fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 8 }),
        async (rule, chances) => {
          let drawn = 0;
          vi.spyOn(Math, "random").mockImplementation(() => chances[drawn++ % chances.length] ?? 0);
          const waits = await waitsOf(targetedCall(rule), () => new Overloaded("busy"));
          expect(waits).toHaveLength(rule.attempts - 1);
          for (const [index, wait] of waits.entries()) {
            const most = Math.min(rule.maxDelayMs, rule.baseDelayMs * 2 ** index);
            const chance = chances[index % chances.length] ?? 0;
            expect(wait).toBeCloseTo(chance * most, 6);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test("use the whole range: near none and near the most both come", async () => {
    const rule = { attempts: 2, baseDelayMs: 1_000, maxDelayMs: 1_000, budget: undefined };
    const waits: number[] = [];
    for (let round = 0; round < 200; round++) {
      waits.push(...(await waitsOf(targetedCall(rule), () => new Overloaded("busy"))));
    }
    expect(Math.min(...waits)).toBeLessThan(150);
    expect(Math.max(...waits)).toBeGreaterThan(850);
  });

  test("are never shorter than Retry-After", async () => {
    await fc.assert(
      fc.asyncProperty(rules, fc.integer({ min: 0, max: 100_000 }), async (rule, retryAfterMs) => {
        const failure = () => new RateLimited("slow down", { retryAfterMs });
        const waits = await waitsOf(targetedCall(rule), failure);
        expect(waits).toHaveLength(rule.attempts - 1);
        for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(retryAfterMs);
      }),
      { numRuns: 50 },
    );
  });

  test("that do not fit in the time left are not begun, however short the rest is", async () => {
    const call = targetedCall({ attempts: 3, baseDelayMs: 1, maxDelayMs: 1, budget: undefined });
    call.deadline.at = performance.now() + 60_000;
    const waits = await waitsOf(call, () => new RateLimited("later", { retryAfterMs: 3_600_000 }));
    expect(waits).toEqual([]);
    expect(call.trace.notes).toEqual([expect.stringMatching(/1 h does not fit in the .* left/)]);
  });

  test("longer than the backoff's own maximum give way to a fallback, if there is one", async () => {
    const rule = { attempts: 3, baseDelayMs: 1, maxDelayMs: 1_000, budget: undefined };
    const failure = () => new RateLimited("later", { retryAfterMs: 5_000 });
    expect(await waitsOf(targetedCall(rule, { hasFallback: true }), failure)).toEqual([]);
    expect(await waitsOf(targetedCall(rule), failure)).toHaveLength(2);
  });
});

describe("what is asked again", () => {
  type Make = (context?: ErrorContext) => SeamError;
  const again: [string, Make][] = [
    ["RateLimited", (context) => new RateLimited("", context)],
    ["Overloaded", (context) => new Overloaded("", context)],
    ["ProviderUnavailable", (context) => new ProviderUnavailable("", context)],
    ["an attempt's limit", () => new DeadlineExceeded({ limit: "firstToken", limitMs: 5 })],
  ];
  const never: [string, Make][] = [
    ["QuotaExhausted", (context) => new QuotaExhausted("", context)],
    ["AuthenticationFailed", (context) => new AuthenticationFailed("", context)],
    ["InvalidRequest", (context) => new InvalidRequest("", context)],
    ["ContextTooLong", (context) => new ContextTooLong("", context)],
    ["Refused", (context) => new Refused("", context)],
    ["Truncated", (context) => new Truncated("", context)],
    ["InvalidOutput", (context) => new InvalidOutput([], context)],
    ["StreamInterrupted", (context) => new StreamInterrupted({ text: "", reason: "" }, context)],
    ["ConfigError", (context) => new ConfigError({ summary: "", advice: "" }, context)],
    ["the call's deadline", () => new DeadlineExceeded({ limit: "deadline", limitMs: 5 })],
  ];
  const rule = { attempts: 3, baseDelayMs: 1, maxDelayMs: 1, budget: undefined };

  test.each(again)("%s is", async (_name, make) => {
    expect(await waitsOf(targetedCall(rule), () => make())).toHaveLength(2);
  });

  test.each(never)("%s is not", async (_name, make) => {
    expect(await waitsOf(targetedCall(rule), () => make())).toEqual([]);
  });

  test("what is no error of a provider is not: a caller's abort, a bug", async () => {
    expect(await waitsOf(targetedCall(rule), () => new Error("bug"))).toEqual([]);
    expect(await waitsOf(targetedCall(rule), () => "left")).toEqual([]);
  });

  test("an answer ends it", async () => {
    let asked = 0;
    const answer = await retry(new RetryBudgets())(targetedCall(rule), () =>
      ++asked < 3 ? Promise.reject(new Overloaded("busy")) : Promise.resolve(answerOf("hello")),
    );
    expect(answer).toEqual(answerOf("hello"));
    expect(asked).toBe(3);
  });
});

test("an abort ends the wait at once, with the caller's reason", async () => {
  const controller = new AbortController();
  const call = targetedCall(
    { attempts: 3, baseDelayMs: 1, maxDelayMs: 1, budget: undefined },
    { signal: controller.signal },
  );
  const next = vi.fn(() => Promise.reject(new RateLimited("later", { retryAfterMs: 3_600_000 })));
  const work = retry(new RetryBudgets())(call, next);
  setTimeout(() => controller.abort(new Error("left")), 5);
  await expect(work).rejects.toThrow("left");
  expect(next).toHaveBeenCalledTimes(1);
});
