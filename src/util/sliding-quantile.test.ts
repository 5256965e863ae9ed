import fc from "fast-check";
import { expect, test } from "vitest";
import { SlidingQuantile } from "./sliding-quantile.ts";

const readings = fc.array(
  fc.record({
    value: fc.double({ min: 0, max: 10_000, noNaN: true }),
    afterMs: fc.integer({ min: 0, max: 400 }),
  }),
  { maxLength: 120 },
);
const shares = fc.double({ min: 0.01, max: 1, noNaN: true });

test("is the exact quantile of the values that are neither too many nor too old", () => {
  fc.assert(
    fc.property(readings, shares, (given, share) => {
      const most = 25;
      const windowMs = 2_000;
      const sample = new SlidingQuantile({ most, windowMs });
      const all: { value: number; at: number }[] = [];
      let now = 0;
      for (const { value, afterMs } of given) {
        now += afterMs;
        all.push({ value, at: now });
        sample.add(value, now);
        const kept = all
          .slice(-most)
          .filter(({ at }) => at > now - windowMs)
          .map((reading) => reading.value)
          .toSorted((a, b) => a - b);
        const found = sample.quantile(share, now);
        expect(sample.count(now)).toBe(kept.length);
        expect(kept).toContain(found);
        const below = kept.filter((reading) => reading <= (found ?? 0)).length;
        expect(below).toBeGreaterThanOrEqual(share * kept.length);
        const smaller = kept.filter((reading) => reading < (found ?? 0)).length;
        expect(smaller).toBeLessThan(share * kept.length);
      }
    }),
  );
});

test("has nothing to tell before the first value, and when the last one is too old", () => {
  const sample = new SlidingQuantile({ most: 10, windowMs: 1_000 });
  expect(sample.quantile(0.95, 0)).toBeUndefined();
  sample.add(7, 0);
  expect(sample.quantile(0.95, 999)).toBe(7);
  expect(sample.quantile(0.95, 1_000)).toBeUndefined();
});
