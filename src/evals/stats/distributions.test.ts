import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { incompleteBeta, logGamma } from "./beta.ts";
import { binomialAtLeast } from "./binomial.ts";
import { normalQuantile } from "./normal.ts";
import { seeded } from "./random.ts";
import { tQuantile, tTest } from "./student-t.ts";

/** The figures are those of SciPy 1.17: `scipy.special.betainc(a, b, x)`, `scipy.stats.t.ppf(p, df)` and so on. */
const near = (found: number, figure: number, relative = 1e-10): void => {
  expect(Math.abs(found - figure)).toBeLessThanOrEqual(relative * Math.abs(figure) + 1e-300);
};

describe("distributions", () => {
  test.each([
    [0.5, 0.5723649429247],
    [3.7, 1.428072326665388],
    [1000, 5905.220423209181],
    [5e6, 72_124_735.55845618],
  ])("ln Γ(%d)", (x, figure) => near(logGamma(x), figure, 1e-13));

  test.each([
    [2, 3, 0.4, 0.5248],
    [0.5, 0.5, 0.1, 0.20483276469913345],
    [500, 0.5, 0.999, 0.31731044730971725],
    [10_000, 10_000, 0.505, 0.9213529911183369],
  ])("I_x(%d, %d) at %d", (a, b, x, figure) => near(incompleteBeta(x, a, b), figure));

  test("the beta distribution has its ends, and its symmetry", () => {
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
    const shape = fc.double({ min: 0.1, max: 200, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 0.999, noNaN: true }), shape, shape, (x, a, b) => {
        expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 10);
      }),
    );
  });

  test.each([
    [0.975, 1.959963984540054],
    [0.6, 0.2533471031357997],
    [0.9999, 3.719016485455709],
    [1e-12, -7.034483825301131],
  ])("z at %d", (p, figure) => near(normalQuantile(p), figure));

  test.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 3.7, 2.8675207071911895],
    [0.995, 10, 3.16927267261695],
    [0.8, 99, 0.8452670319534972],
    [0.975, 1e6, 1.959966356814107],
    [0.975, 1e9, 1.959963986912325],
    [0.975, Number.POSITIVE_INFINITY, 1.959963984540054],
    [0.0005, 0.5, -411_396.4625261712],
    [0.5, 3, 0],
  ])("t at %d with %d degrees of freedom", (p, df, figure) => near(tQuantile(p, df), figure, 2e-9));

  test.each([
    [2, 5, 0.10193947882985835],
    [-2, 5, 0.10193947882985835],
    [8, 30, 6.265822475700759e-9],
    [0, 3, 1],
    [0.1, 1e6, 0.9203443454920432],
  ])("the p-value of t = %d with %d", (t, df, figure) => near(tTest(t, df), figure, 2e-10));

  test("the quantile is where the test says", () => {
    const p = fc.double({ min: 0.501, max: 0.9999, noNaN: true });
    fc.assert(
      fc.property(p, fc.double({ min: 0.6, max: 5_000, noNaN: true }), (level, df) => {
        expect(tTest(tQuantile(level, df), df)).toBeCloseTo(2 * (1 - level), 10);
      }),
    );
  });

  test("the binomial tail", () => {
    near(binomialAtLeast(8, 20, 0.25), 0.10181185692272265);
    expect([binomialAtLeast(0, 5, 0.1), binomialAtLeast(6, 5, 0.9)]).toEqual([1, 0]);
  });

  test("a seed gives the same numbers, another one others, all of them alike often", () => {
    const take = (seed: number, count: number): number[] =>
      Array.from({ length: count }, seeded(seed));
    expect(take(3, 4)).toEqual(take(3, 4));
    expect(take(3, 4)).not.toEqual(take(4, 4));
    const bins = new Array<number>(10).fill(0);
    for (const number of take(1, 100_000))
      bins[Math.floor(number * 10)] = (bins[Math.floor(number * 10)] ?? 0) + 1;
    // Chi-squared with 9 degrees of freedom is below 27.9 with probability 0.999.
    expect(bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.9);
  });
});
