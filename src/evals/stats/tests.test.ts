import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaults } from "../../config/defaults.ts";
import { holm } from "./holm.ts";
import { mcnemarExact } from "./mcnemar.ts";
import { passAtK, passHatK } from "./pass-at-k.ts";
import { reallocation } from "./reallocation.ts";
import { signFlip } from "./sign-flip.ts";

const rule = defaults.statistics;

describe("mcnemarExact", () => {
  test.each([
    [10, 2, 0.03857421875],
    [2, 10, 0.03857421875],
    [6, 0, 0.03125],
    [5, 0, 0.0625],
    [121, 59, 4.4344492637551645e-6],
    [3, 3, 1],
    [0, 0, 1],
    // `statsmodels.stats.contingency_tables.mcnemar([[0, broke], [mended, 0]], exact=True)`, version 0.15.
  ])("%d broke, %d mended", (broke, mended, p) => {
    expect(mcnemarExact(broke, mended)).toBeCloseTo(p, 12);
  });
});

describe("holm", () => {
  test("as statsmodels has it, and in the order in which the tests came", () => {
    // `statsmodels.stats.multitest.multipletests([.01, .04, .03, .005], method="holm")`
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((p, at) => {
      expect(adjusted[at]).toBeCloseTo(p, 12);
    });
    expect(holm([])).toEqual([]);
  });

  test("never says less than the test itself, keeps the order, and one test alone stays as it is", () => {
    const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(ps, (all) => {
        const adjusted = holm(all);
        all.forEach((p, at) => {
          const mine = adjusted[at] ?? Number.NaN;
          expect(mine).toBeGreaterThanOrEqual(p);
          expect(mine).toBeLessThanOrEqual(1);
          all.forEach((other, there) => {
            if (p < other) expect(mine).toBeLessThanOrEqual(adjusted[there] ?? Number.NaN);
          });
        });
        expect(holm(all.slice(0, 1))).toEqual(all.slice(0, 1));
      }),
    );
  });
});

describe("signFlip", () => {
  test("Fisher's own example: Darwin's maize, of which 863 of 32,768 signs give a sum as low", () => {
    // R. A. Fisher, The Design of Experiments (1935), section 21: 15 pairs, in eighths of an inch. Both sides: 1,726.
    const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    expect(signFlip(maize, { ...rule, resamples: 100_000 })).toBeCloseTo(1726 / 32_768, 2);
    // By all 2^13 assignments of the first 13, counted with Python's itertools.product: 260.
    expect(signFlip(maize.slice(0, 13), rule)).toBeCloseTo(260 / 8192, 12);
  });

  test("is McNemar's test for differences of one size", () => {
    const flips = [...new Array<number>(10).fill(-0.5), ...new Array<number>(2).fill(0.5), 0, 0];
    expect(signFlip(flips, rule)).toBe(mcnemarExact(10, 2));
    expect(signFlip([0, 0, 0], rule)).toBe(1);
  });

  test("drawing tells the same as trying all, and the order of the cases does not matter to what is tried", () => {
    const sizes = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(sizes, (differences) => {
        const p = signFlip(differences, rule);
        expect(signFlip(differences.toReversed(), rule)).toBe(p);
        expect(
          signFlip(
            differences.map((each) => -each),
            rule,
          ),
        ).toBe(p);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("reallocation", () => {
  test("of one case and of many, by hand", () => {
    // One pass of two trials, one on each side: both ways of dealing are as far from 0.
    expect(reallocation([{ before: [0], after: [1] }], 1, rule)).toBe(1);
    // 400 cases of 3 passes in 1 + 5 trials: variance 0.25 · 1.2² each, z = 20/√144, two-sided p = .0956.
    const many = new Array(400).fill({ before: [0], after: [1, 1, 1, 0, 0] });
    expect(reallocation(many, 20, rule)).toBeCloseTo(0.0956, 4);
    // A quarter of them, drawn: z = 10/√36.
    expect(reallocation(many.slice(0, 100), 10, { ...rule, resamples: 20_000 })).toBeCloseTo(
      0.0956,
      1,
    );
  });
});

describe("pass@k and pass^k", () => {
  test.each([
    // n trials, c passes: 1 - C(n-c, k)/C(n, k) and C(c, k)/C(n, k), with Python's math.comb.
    [10, 3, 1, 0.3, 0.3],
    [10, 3, 5, 0.9166666666666666, 0],
    [10, 9, 5, 1, 0.5],
    [200, 13, 10, 0.4975511147306061, 1.27e-14],
  ])("%d trials, %d passes, k = %d", (n, c, k, at, hat) => {
    expect(passAtK(n, c, k)).toBeCloseTo(at, 6);
    expect(passHatK(n, c, k)).toBeCloseTo(hat, 6);
  });

  test("of τ-bench's airline tasks with gpt-4o: pass^1 to pass^4", () => {
    // Passes in 4 trials of each of 50 tasks, from the published trajectories (github.com/sierra-research/tau-bench,
    // historical_trajectories); the table of its README says .420, .273, .220, .200.
    const passes = [
      0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 4, 2, 0, 2, 1, 1, 4, 0, 4, 3, 0, 0, 4, 0, 2, 2, 0, 1, 2,
      2, 0, 0, 3, 4, 4, 3, 4, 1, 3, 2, 4, 1, 2, 2, 2, 1, 4, 4,
    ];
    const mean = (k: number): number =>
      passes.reduce((sum, c) => sum + passHatK(4, c, k), 0) / passes.length;
    expect([1, 2, 3, 4].map((k) => mean(k).toFixed(3))).toEqual([
      "0.420",
      "0.273",
      "0.220",
      "0.200",
    ]);
  });

  test("more tries never pass less often, and always passing is harder", () => {
    const trials = fc
      .integer({ min: 2, max: 100 })
      .chain((n) =>
        fc.tuple(
          fc.constant(n),
          fc.integer({ min: 0, max: n }),
          fc.integer({ min: 1, max: n - 1 }),
        ),
      );
    fc.assert(
      fc.property(trials, ([n, c, k]) => {
        expect(passAtK(n, c, k + 1)).toBeGreaterThanOrEqual(passAtK(n, c, k) - 1e-12);
        expect(passHatK(n, c, k + 1)).toBeLessThanOrEqual(passHatK(n, c, k) + 1e-12);
        expect(passAtK(n, c, k)).toBeGreaterThanOrEqual(passHatK(n, c, k) - 1e-12);
      }),
    );
  });
});
