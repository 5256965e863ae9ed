import fc from "fast-check";
import { expect, test } from "vitest";
import {
  afterTooLong,
  calibrated,
  estimateThatFits,
  realTokens,
  uncalibrated,
} from "./calibration.ts";
import { calibration } from "./window.testkit.ts";

test("the first usage is believed, a higher ratio at once, a lower one half-way", () => {
  const first = calibrated(uncalibrated, { estimated: 1_000, real: 800 });
  const denser = calibrated(first, { estimated: 1_000, real: 1_500 });
  const sparser = calibrated(denser, { estimated: 1_000, real: 500 });
  expect([first.ratio, denser.ratio, sparser.ratio]).toEqual([0.8, 1.5, 1]);
});

test("a usage that says nothing changes nothing, and an odd one little", () => {
  const before = calibrated(uncalibrated, { estimated: 100, real: 90 });
  expect(calibrated(before, { estimated: 100, real: null })).toBe(before);
  expect(calibrated(before, { estimated: 100, real: 0 })).toBe(before);
  expect(calibrated(before, { estimated: 0, real: 100 })).toBe(before);
  expect(calibrated(uncalibrated, { estimated: 1, real: 1_000_000 }).ratio).toBe(4);
  expect(calibrated(uncalibrated, { estimated: 1_000_000, real: 1 }).ratio).toBe(0.25);
});

test("what fits, in real tokens, is never more than the window", () => {
  fc.assert(
    fc.property(calibration, fc.integer({ min: 1, max: 2_000_000 }), (known, window) => {
      expect(realTokens(estimateThatFits(window, known), known)).toBeLessThanOrEqual(window);
    }),
  );
});

test("after a refusal the next request is half as long at the most, until the window is another", () => {
  const refused = afterTooLong({ ratio: 2, ceiling: null }, 4_000, 16_000);
  expect(estimateThatFits(16_000, refused)).toBe(2_000);
  expect(estimateThatFits(16_000, afterTooLong(refused, 2_000, 16_000))).toBe(1_000);
  expect(estimateThatFits(8_000, refused)).toBe(3_800);
  expect(calibrated(refused, { estimated: 1_000, real: 1_000 }).ceiling).toEqual(refused.ceiling);
});
