import fc from "fast-check";
import { expect, test } from "vitest";
import { axisOf, drawAxis, drawInterval, strokes } from "./plot.ts";

test("an interval is drawn where it lies on the axis", () => {
  const axis = { from: 0.8, to: 1 };
  const draw = (low: number, mean: number, high: number) =>
    drawInterval({ low, mean, high }, axis, 21, strokes.blocks);
  expect(draw(0.85, 0.9, 0.95)).toBe("     ├────●────┤     ");
  expect(draw(0.8, 1, 1)).toBe("├───────────────────●");
  expect(draw(0.9, 0.9, 0.9)).toBe("          ●          ");
  expect(drawAxis(axis, 21)).toBe("0.80             1.00");
  expect(drawInterval({ low: 0.8, mean: 0.9, high: 1 }, axis, 5, strokes.plain)).toBe("|-o-|");
});

test("the axis holds every interval, and ends at readable numbers", () => {
  expect(axisOf([{ low: 0.83, mean: 0.88, high: 0.9 }])).toEqual({ from: 0.8, to: 0.9 });
  expect(axisOf([{ low: 1, mean: 1, high: 1 }])).toEqual({ from: 0.95, to: 1 });
});

test("any intervals: each line is as wide as asked, with one mean between its ends", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const interval = fc.tuple(share, share, share).map((values) => {
    const [low = 0, mean = 0, high = 0] = values.toSorted((a, b) => a - b);
    return { low, mean, high };
  });
  fc.assert(
    fc.property(
      fc.array(interval, { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 2, max: 80 }),
      (intervals, width) => {
        const axis = axisOf(intervals);
        for (const each of intervals) {
          expect(each.low).toBeGreaterThanOrEqual(axis.from - 1e-9);
          expect(each.high).toBeLessThanOrEqual(axis.to + 1e-9);
          const line = drawInterval(each, axis, width, strokes.plain);
          expect(line).toHaveLength(width);
          expect(line).toMatch(/^ *\|?-*o-*\|? *$/);
        }
      },
    ),
  );
});
