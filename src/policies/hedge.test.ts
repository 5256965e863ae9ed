import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { answerOf, callOf, targetNamed } from "../../test/support/call.ts";
import type { Answer } from "../call/answer.ts";
import type { Call, HedgeRule } from "../call/call.ts";
import { sleep } from "../util/abort.ts";
import { HedgeRecords } from "./hedge/records.ts";
import { hedge } from "./hedge.ts";
import type { Next, TargetedCall } from "./policy.ts";
import { RetryBudgets } from "./retry/budget.ts";

const rule: HedgeRule = { after: "p95", share: 1, minimumCalls: 20, windowMs: 3_600_000 };

function targetedCall(changes: Partial<Call> = {}): TargetedCall {
  const call = callOf({ hedge: rule, ...changes });
  const target = call.targets[0];
  const fallbacks = call.targets.slice(1);
  const takeFallback = () => fallbacks.shift();
  return { ...call, target, hasFallback: fallbacks.length > 0, takeFallback };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("when a target counts as late", () => {
  const targets = [targetNamed("test/first"), targetNamed("test/second")] as const;

  /** Asks one after another; of each call, how long the first target would take. Counts the hedges. */
  async function hedgesOf(times: readonly number[], changes: Partial<HedgeRule> = {}) {
    const policy = hedge(new RetryBudgets());
    let hedges = 0;
    for (const time of times) {
      const next: Next<TargetedCall> = async ({ attemptKind, signal }): Promise<Answer> => {
        if (attemptKind === "hedge") hedges++;
        await sleep(attemptKind === "hedge" ? 1 : time, signal);
        return answerOf(attemptKind);
      };
      const answered = policy(targetedCall({ targets, hedge: { ...rule, ...changes } }), next);
      await vi.advanceTimersByTimeAsync(Math.max(...times) + 10);
      await answered;
    }
    return hedges;
  }

  test("those that were hedged away count with the time they ran: the percentile stays where it is", async () => {
    const times = Array.from({ length: 800 }, (_, call) => 10 + ((call * 37) % 191));
    const hedges = await hedgesOf(times);
    expect(hedges).toBeGreaterThan(0);
    expect(hedges).toBeLessThan(0.08 * times.length);
  });

  test("not before enough is known, and not by what is too old", async () => {
    const lateOnce = (known: number) => [...Array<number>(known).fill(10), 500];
    expect(await hedgesOf(lateOnce(19))).toBe(0);
    expect(await hedgesOf(lateOnce(20))).toBe(1);
    expect(await hedgesOf(lateOnce(20), { windowMs: 5_000 })).toBe(0);
  });

  test("each target and task for itself, whole answers and streams, too", () => {
    const records = new HedgeRecords();
    const fast = targetedCall();
    for (let call = 0; call < 20; call++) records.took(fast, rule, 10);
    expect(records.lateAfterMs(fast, rule)).toBe(10);
    for (const other of [
      targetedCall({ task: "other" }),
      targetedCall({ mode: "stream" }),
      targetedCall({ arm: "canary" }),
      targetedCall({ targets: [targetNamed("test/second")] }),
    ]) {
      expect(records.lateAfterMs(other, rule)).toBeUndefined();
    }
  });
});

test("hedges are at most the set share of the recent calls, but one when enough were seen", () => {
  const steps = fc.array(fc.constantFrom("call", "late", "pause"), { maxLength: 200 });
  const rules = fc.record({
    share: fc.double({ min: 0.01, max: 1, noNaN: true }),
    minimumCalls: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(steps, rules, (given, changes) => {
      const records = new HedgeRecords();
      const own: HedgeRule = { ...rule, ...changes, windowMs: 10_000 };
      const log: { readonly kind: "call" | "hedge"; readonly at: number }[] = [];
      for (const step of given) {
        if (step === "pause") vi.advanceTimersByTime(700);
        else if (step === "call") {
          records.began(callOf(), own);
          log.push({ kind: "call", at: Date.now() });
        } else if (records.take(callOf(), own)) {
          log.push({ kind: "hedge", at: Date.now() });
          // The window goes in slices of a second: what is counted is from up to one slice less.
          const within = (kind: string, ms: number) =>
            log.filter((entry) => entry.kind === kind && entry.at > Date.now() - ms).length;
          const calls = within("call", 10_000);
          const least = calls >= own.minimumCalls ? 1 : 0;
          expect(within("hedge", 9_000)).toBeLessThanOrEqual(Math.max(own.share * calls, least));
        }
      }
    }),
  );
});

test("no timer and no listener is left behind, whoever answers", async () => {
  const policy = hedge(new RetryBudgets());
  const abort = new AbortController();
  const added = vi.spyOn(abort.signal, "addEventListener");
  const removed = vi.spyOn(abort.signal, "removeEventListener");
  for (const times of [[5], [50, 5], [50, 500], [500, 50]]) {
    const left = [...times];
    const next: Next<TargetedCall> = async ({ signal }) => {
      await sleep(left.shift() ?? 0, signal);
      return answerOf("x");
    };
    const call = targetedCall({ signal: abort.signal, hedge: { ...rule, after: 20 } });
    const answered = policy({ ...call, hasFallback: true }, next);
    await vi.advanceTimersByTimeAsync(600);
    await answered;
    expect(vi.getTimerCount()).toBe(0);
  }
  expect(added.mock.calls.length).toBe(removed.mock.calls.length);
  expect(added).toHaveBeenCalled();
});
