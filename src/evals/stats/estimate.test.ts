import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimate, type Observation } from "./estimate.ts";
import { normalQuantile } from "./normal.ts";
import { robustMean } from "./robust-mean.ts";
import { unitsOf } from "./units.ts";
import { wilson } from "./wilson.ts";

const scored = (
  scores: readonly number[],
  clusters: readonly (string | null)[] = [],
): Observation[] =>
  scores.map((score, at) => ({ id: String(at), cluster: clusters[at] ?? null, score }));

describe("wilson", () => {
  test.each([
    // `statsmodels.stats.proportion.proportion_confint(k, n, 0.05, "wilson")`, version 0.15.
    [8, 10, 0.49016247153664183, 0.9433178485456247],
    [0, 20, 0, 0.1611251580528194],
    [20, 20, 0.8388748419471804, 1],
    [795, 1000, 0.7688722989694241, 0.8188699135240984],
  ])("%d of %d", (passes, n, low, high) => {
    const found = estimate(scored(Array.from({ length: n }, (_, at) => Number(at < passes))));
    expect(found).toMatchObject({
      method: "wilson",
      n,
      clusters: null,
      mean: passes / n,
      level: 0.95,
    });
    expect(found?.low).toBeCloseTo(low, 12);
    expect(found?.high).toBeCloseTo(high, 12);
  });
});

describe("robustMean", () => {
  test("is CR2 with the degrees of freedom of Bell and McCaffrey, as the matrices of their paper give them", () => {
    // NumPy: A_c = (I - H_cc)^(-1/2) for the design of a mean, V = Σ (1' A_c e_c)² / n², df = tr(B)² / tr(B²).
    const clusters = [..."aabbbcdddd"];
    const scores = [1, 0, 1, 1, 0.5, 0, 0.2, 0.4, 0.4, 1];
    const { mean, se, df } = robustMean(unitsOf(scored(scores, clusters), ({ score }) => score));
    expect(mean).toBeCloseTo(0.55, 12);
    expect(se).toBeCloseTo(0.12030879580980913, 12);
    expect(df).toBeCloseTo(2.39240506329114, 10);
  });

  test("with clusters of one size it is Miller's formula times G/(G − 1), with G − 1", () => {
    // τ-bench's airline tasks with gpt-4o, 4 trials each (see pass^k above): passes by task.
    const passes = [
      0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 4, 2, 0, 2, 1, 1, 4, 0, 4, 3, 0, 0, 4, 0, 2, 2, 0, 1, 2,
      2, 0, 0, 3, 4, 4, 3, 4, 1, 3, 2, 4, 1, 2, 2, 2, 1, 4, 4,
    ];
    const all = passes.map((sum) => ({ size: 4, sum }));
    const { mean, se, df } = robustMean(all);
    expect([mean.toFixed(2), se.toFixed(3), df.toFixed(6)]).toEqual(["0.42", "0.052", "49.000000"]);
    const miller =
      Math.sqrt(passes.reduce((sum, passed) => sum + (passed - 4 * mean) ** 2, 0)) / 200;
    expect(se).toBeCloseTo(miller * Math.sqrt(50 / 49), 12);
  });

  test("without clusters it is s/√n", () => {
    // NumPy: np.std([.1, .4, .4, .9], ddof=1) / 2
    const { se, df } = robustMean(unitsOf(scored([0.1, 0.4, 0.4, 0.9]), ({ score }) => score));
    expect(se).toBeCloseTo(0.16583123951777, 12);
    expect(df).toBeCloseTo(3, 12);
  });
});

describe("estimate", () => {
  test("chooses by what the scores are, and by how many there are", () => {
    const graded = (n: number): number[] =>
      Array.from({ length: n }, (_, at) => 0.3 + (at % 5) / 10);
    const inFives = (n: number): string[] =>
      Array.from({ length: n }, (_, at) => String(Math.floor(at / 5)));
    expect(estimate(scored(graded(40)))?.method).toBe("bootstrap");
    expect(estimate(scored(graded(120)))?.method).toBe("t");
    expect(estimate(scored([0, 1, 1, 0, 1, 1], ["a", "a", "b", "b", "c", "c"]))).toMatchObject({
      method: "cluster-bootstrap",
      n: 6,
      clusters: 3,
    });
    const passes = Array.from({ length: 500 }, (_, at) => Number(at % 7 > 1));
    expect(estimate(scored(passes, inFives(500)))).toMatchObject({
      method: "cluster",
      clusters: 100,
    });
    expect(estimate([])).toBeNull();
  });

  test("scores without spread still have an interval: as wide as that of passes and fails with their mean", () => {
    const same = estimate(scored(new Array<number>(12).fill(0.75)));
    expect(same).toMatchObject({ method: "wilson", ...wilson(0.75, 12, normalQuantile(0.975)) });
    const two = ["a", "a", "a", "b", "b", "b"];
    expect(estimate(scored(new Array<number>(6).fill(1), two))).toMatchObject(
      wilson(1, 2, normalQuantile(0.975)),
    );
    expect(estimate(scored([0.75]))).toMatchObject({
      n: 1,
      ...wilson(0.75, 1, normalQuantile(0.975)),
    });
    expect(estimate(scored([0.2, 0.9], ["a", "a"]))).toMatchObject({
      clusters: 1,
      mean: 0.55,
      ...wilson(0.55, 1, normalQuantile(0.975)),
    });
  });

  test("a higher level is wider, and a seed gives the same interval again", () => {
    const few = scored([0.2, 0.9, 0.8, 1, 1, 0.4]);
    const [usual, sure] = [estimate(few), estimate(few, { level: 0.99 })];
    expect(sure?.low).toBeLessThan(usual?.low ?? 0);
    expect(estimate(few)).toEqual(usual);
  });

  test("the interval holds the mean, stays within 0 and 1, and the order of the cases does not matter", () => {
    const score = fc.oneof(
      fc.constantFrom(0, 1),
      fc.integer({ min: 0, max: 1_000 }).map((part) => part / 1_000),
    );
    const cluster = fc.constantFrom(null, "a", "b", "c", "d");
    const cases = fc.array(fc.record({ id: fc.string(), score, cluster }), {
      minLength: 1,
      maxLength: 70,
    });
    fc.assert(
      fc.property(cases, (all) => {
        const found = estimate(all, { resamples: 50 });
        if (found === null) throw new Error("no estimate");
        expect(found.low).toBeGreaterThanOrEqual(0);
        expect(found.high).toBeLessThanOrEqual(1);
        expect(found.low).toBeLessThanOrEqual(found.mean);
        expect(found.high).toBeGreaterThanOrEqual(found.mean);
        expect(found.high - found.low).toBeGreaterThan(0);
        expect(estimate(all.toReversed(), { resamples: 50 })).toEqual(found);
      }),
      { numRuns: 200 },
    );
  });
});
