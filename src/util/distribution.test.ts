import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Distribution, type Ranks } from "./distribution.ts";

const times = fc.array(fc.double({ min: 0.01, max: 1e7, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});

function of(values: readonly number[]): Distribution {
  const all = new Distribution();
  for (const value of values) all.add(value);
  return all;
}

function nearestRanks(values: readonly number[]): Ranks {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number) => sorted[Math.ceil((percent * values.length) / 100) - 1] ?? null;
  return { p50: at(50), p95: at(95), p99: at(99) };
}

const names = ["p50", "p95", "p99"] as const;

describe("ranks", () => {
  test("of numbers alone are exact", () => {
    fc.assert(
      fc.property(times, (values) => {
        expect(of(values).ranks()).toEqual(nearestRanks(values));
      }),
    );
  });

  test("of sketches lie within 1 %, however the values were divided", () => {
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), times, (parts, rest) => {
        const all = of(rest);
        for (const part of parts) all.addSketch(of(part).toSketch());
        const exact = nearestRanks([...parts.flat(), ...rest]);
        const found = all.ranks();
        for (const name of names) {
          const ratio = (found[name] ?? Number.NaN) / (exact[name] ?? Number.NaN);
          expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(0.010_000_1);
        }
      }),
    );
  });

  test("of nothing are null, also of sketches of nothing", () => {
    const nothing = new Distribution();
    nothing.addSketch(new Distribution().toSketch());
    expect(nothing.ranks()).toEqual({ p50: null, p95: null, p99: null });
  });

  test("of times that no clock should give stay numbers", () => {
    const all = new Distribution();
    all.addSketch(of([-5, 0]).toSketch());
    expect(all.ranks().p50).toBeCloseTo(0.001, 4);
  });
});

test("a sketch of sketches is the sketch of all, and does not grow with the values", () => {
  const values = Array.from({ length: 20_000 }, (_, index) => 1 + (index % 60_000));
  const whole = of(values).toSketch();
  const halves = new Distribution();
  for (const half of [values.slice(0, 9_000), values.slice(9_000)])
    halves.addSketch(of(half).toSketch());
  expect(halves.toSketch()).toBe(whole);
  expect(JSON.parse(whole).length / 2).toBeLessThan(600);
});
