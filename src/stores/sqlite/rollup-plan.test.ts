import fc from "fast-check";
import { expect, test } from "vitest";
import { planOf, type Range, rollupSpans } from "./rollup-plan.ts";

const { slot, day } = rollupSpans;
const moments = fc.integer({ min: 0, max: 4 * day });
const ranges = fc.tuple(moments, moments).map(([a, b]): Range => [Math.min(a, b), Math.max(a, b)]);
const dueOf = (span: number) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: (4 * day) / span - 1 }), { maxLength: 6 })
    .map((numbers) => numbers.map((number) => number * span).sort((a, b) => a - b));

test("parts of a plan make up the range, and no two of them overlap", () => {
  fc.assert(
    fc.property(ranges, dueOf(slot), dueOf(day), (range, slots, days) => {
      const plan = planOf(range, (span) => (span === slot ? slots : days));
      const parts = [
        ...plan.rollups.map(([, from, until]): Range => [from, until]),
        ...plan.events,
      ].sort(([a], [b]) => a - b);
      let at = range[0];
      for (const [from, until] of parts) {
        expect(from).toBe(at);
        expect(until).toBeGreaterThan(from);
        at = until;
      }
      expect(at).toBe(range[1]);
    }),
  );
});

test("only whole spans that are not due are read from rollups, and all of them are", () => {
  fc.assert(
    fc.property(ranges, dueOf(slot), dueOf(day), (range, slots, days) => {
      const dueStarts = new Map<number, number[]>([
        [slot, slots],
        [day, days],
      ]);
      const plan = planOf(range, (span) => dueStarts.get(span) ?? []);
      for (const [span, from, until] of plan.rollups) {
        expect([from % span, until % span]).toEqual([0, 0]);
        const within = dueStarts.get(span)?.filter((start) => start >= from && start < until);
        expect(within).toEqual([]);
      }
      for (const [from, until] of plan.events) {
        const first = Math.ceil(from / slot) * slot;
        for (let start = first; start + slot <= until; start += slot) {
          expect(slots).toContain(start);
        }
      }
    }),
  );
});

test("a day that is long over is read as a day, the edges finer", () => {
  const { rollups, events } = planOf([day - slot - 5, 2 * day + 2 * slot + 7], () => []);
  expect(rollups).toEqual([
    [day, day, 2 * day],
    [slot, day - slot, day],
    [slot, 2 * day, 2 * day + 2 * slot],
  ]);
  expect(events).toEqual([
    [day - slot - 5, day - slot],
    [2 * day + 2 * slot, 2 * day + 2 * slot + 7],
  ]);
});
