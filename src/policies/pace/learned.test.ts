import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RateLimitReading } from "../../call/rate-limit-headers.ts";
import { LearnedLimits } from "./learned.ts";

const one = { requests: 1, tokens: 100, inputTokens: 100, outputTokens: 1 };

function told(reading: Partial<RateLimitReading>) {
  const full = { unit: "requests", remaining: 0, resetMs: 60_000, limit: undefined, ...reading };
  return { holdMs: 0, readings: [full as RateLimitReading] };
}

describe("what is left of a limit", () => {
  test("nothing: until the reset, when it is not known to come back sooner", () => {
    const limits = new LearnedLimits();
    limits.learn(told({ remaining: 0 }), limits.spend(one, 0), 1_000);
    expect(limits.readyAt(one, 2_000)).toBe(61_000);
    expect(limits.readyAt(one, 61_000)).toBe(61_000);
    limits.spend(one, 61_000);
    expect(limits.readyAt(one, 61_001)).toBe(61_001);
  });

  test("nothing, of a known limit: until one has come back", () => {
    const limits = new LearnedLimits();
    limits.learn(told({ remaining: 0, limit: 60 }), limits.spend(one, 0), 0);
    expect(limits.readyAt(one, 0)).toBe(1_000);
    limits.spend(one, 1_000);
    expect(limits.readyAt(one, 1_000)).toBe(2_000);
  });

  test("some: each request that was sent since the one that told counts", () => {
    const limits = new LearnedLimits();
    const sent = limits.spend(one, 0);
    limits.spend(one, 0);
    limits.learn(told({ remaining: 3 }), sent, 10);
    limits.spend(one, 20);
    expect(limits.readyAt(one, 20)).toBe(20);
    limits.spend(one, 20);
    expect(limits.readyAt(one, 20)).toBe(60_010);
  });

  test("some: those that left before the one that told have been counted, answered or not", () => {
    const limits = new LearnedLimits();
    for (let slow = 0; slow < 40; slow++) limits.spend(one, 0);
    limits.learn(told({ remaining: 10, limit: 60 }), limits.spend(one, 1_000), 2_000);
    expect(limits.readyAt(one, 2_000)).toBe(2_000);
  });

  test("fewer tokens than the request has", () => {
    const limits = new LearnedLimits();
    limits.learn(told({ unit: "tokens", remaining: 99 }), limits.spend(one, 0), 0);
    expect(limits.countsTokens).toBe(true);
    expect(limits.readyAt({ ...one, tokens: 99 }, 0)).toBe(0);
    expect(limits.readyAt(one, 0)).toBe(60_000);
  });

  test("an older response does not overrule a newer one, and a full limit holds nobody", () => {
    const limits = new LearnedLimits();
    const [older, newer] = [limits.spend(one, 0), limits.spend(one, 0)];
    limits.learn(told({ remaining: 5 }), newer, 10);
    limits.learn(told({ remaining: 0 }), older, 20);
    expect(limits.readyAt(one, 20)).toBe(20);
    limits.learn(told({ remaining: 0 }), newer, 30);
    expect(limits.readyAt(one, 30)).toBe(60_030);
    limits.learn(told({ remaining: 60, limit: 60 }), newer, 40);
    expect(limits.readyAt(one, 40)).toBe(40);
  });
});

test("Retry-After holds every request; a shorter one does not end it sooner", () => {
  const limits = new LearnedLimits();
  const sent = limits.spend(one, 0);
  limits.learn({ holdMs: 5_000, readings: [] }, sent, 0);
  limits.learn({ holdMs: 1_000, readings: [] }, sent, 0);
  expect(limits.readyAt(one, 0)).toBe(5_000);
  expect(limits.readyAt(one, 6_000)).toBe(6_000);
});

test("whatever was told, nobody is held for more than an hour", () => {
  const amount = fc.oneof(fc.nat(), fc.nat({ max: 10 }), fc.double({ min: 0, noNaN: true }));
  const reading = fc.record({
    unit: fc.constantFrom("requests" as const, "tokens" as const, "outputTokens" as const),
    remaining: amount,
    resetMs: amount,
    limit: fc.option(amount, { nil: undefined }),
  });
  const report = fc.record({ holdMs: amount, readings: fc.array(reading, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(fc.tuple(report, fc.nat({ max: 10_000 }))), (reports) => {
      const limits = new LearnedLimits();
      let now = 0;
      for (const [said, afterMs] of reports) {
        limits.learn(said, limits.spend(one, now), now);
        now += afterMs;
        const at = limits.readyAt(one, now);
        expect(at).toBeGreaterThanOrEqual(now);
        expect(at).toBeLessThanOrEqual(now + 3_600_000);
      }
    }),
  );
});
