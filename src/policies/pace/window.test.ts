import fc from "fast-check";
import { expect, test } from "vitest";
import { SlidingWindow } from "./window.ts";

const windowMs = 60_000;

/** Requests that come so long after the one before, and take so much. */
const requests = fc.array(
  fc.record({ afterMs: fc.nat({ max: 20_000 }), amount: fc.integer({ min: 1, max: 8 }) }),
  { maxLength: 200 },
);

test("no window holds more than the limit, and nobody waits much longer than need be", () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 40 }), requests, (limit, coming) => {
      const window = new SlidingWindow(limit, windowMs);
      const sent: { at: number; amount: number }[] = [];
      const usedAt = (time: number): number =>
        sent.reduce((sum, { at, amount }) => sum + (at > time - windowMs ? amount : 0), 0);
      let now = 0;
      for (const { afterMs, amount } of coming) {
        now += afterMs;
        const at = window.readyAt(amount, now);
        // Slices are as long as a 600th of the window: what an exact log would let through then, it lets through.
        if (at > now + windowMs / 600) {
          expect(usedAt(at - windowMs / 600 - 1) + amount).toBeGreaterThan(limit);
        }
        now = at;
        window.add(amount, now);
        sent.push({ at: now, amount });
        expect(usedAt(now)).toBeLessThanOrEqual(limit);
      }
    }),
  );
});

test("what exceeds the limit needs several windows", () => {
  const window = new SlidingWindow(10, windowMs);
  expect(window.readyAt(10, 0)).toBe(0);
  expect(window.readyAt(11, 0)).toBe(windowMs);
  window.add(4, 0);
  expect(window.readyAt(6, 500)).toBe(500);
  expect(window.readyAt(7, 500)).toBe(windowMs);
  expect(window.readyAt(16, 500)).toBe(500 + windowMs);
});

test("what was counted too high leaves room, and what was too low does not", () => {
  const window = new SlidingWindow(10, windowMs);
  const slice = window.add(8, 0);
  expect(window.readyAt(5, 1_000)).toBe(windowMs);
  window.correct(slice, -6);
  expect(window.readyAt(5, 1_000)).toBe(1_000);
  window.correct(slice, 20);
  expect(window.readyAt(1, 1_000)).toBe(windowMs);
  expect(window.readyAt(10, windowMs)).toBe(windowMs);
  window.correct(slice, 50);
  expect(window.readyAt(10, windowMs)).toBe(windowMs);
});
