import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KappaOptions, kappa, type Rating, ratingTable } from "./kappa.ts";
import { kappaInterval } from "./kappa-interval.ts";
import { kappaVariance, labelsNeeded } from "./kappa-variance.ts";

/** As many ratings as the table counts, for categories "0", "1", … */
const ratingsOf = (table: readonly (readonly number[])[]): Rating[] =>
  table.flatMap((row, human) =>
    row.flatMap((count, judge) =>
      new Array<Rating>(count).fill({ human: String(human), judge: String(judge) }),
    ),
  );

const three = { weights: "none", categories: ["0", "1", "2"] } as const;
const two = { weights: "none", categories: ["0", "1"] } as const;
const table = [
  [44, 5, 1],
  [7, 20, 3],
  [9, 5, 6],
];

describe("kappa", () => {
  test.each([
    // `sklearn.metrics.cohen_kappa_score(human, judge, weights=…)`, and `statsmodels.stats.inter_rater.cohens_kappa`
    ["none", 0.4915254237288136, 0.005202370384112516],
    ["linear", 0.4736842105263158, 0.005925752564820712],
    ["quadratic", 0.4545454545454546, 0.0088321835940168],
  ] as const)("with weights %s, and its variance", (weights, value, variance) => {
    expect(kappa(ratingsOf(table), { ...three, weights })).toBeCloseTo(value, 12);
    expect(kappaVariance(table, weights) / 100).toBeCloseTo(variance, 12);
  });

  test("LLMBar's pairs, people and GPT-4: agreement .795, kappa .59, and what 200 labels tell", () => {
    // github.com/princeton-nlp/LLMBar, the MT-Bench subset: 200 pairs, the verdicts in the order of the data.
    const pairs = ratingsOf([
      [81, 20],
      [21, 78],
    ]);
    const found = kappaInterval(pairs, two);
    expect(found).toMatchObject({ n: 200, kappa: expect.closeTo(0.58992, 5) });
    // statsmodels' own interval, by the standard error for many: .478 to .702.
    expect(found?.low).toBeGreaterThan(0.45);
    expect(found?.low).toBeLessThan(0.49);
    expect(found?.high).toBeGreaterThan(0.69);
    expect(found?.high).toBeLessThan(0.72);
    // 200 · (half of that interval / .10)² = 250, and a few for the one rating more.
    expect(labelsNeeded(pairs, 0.1, two)).toBeGreaterThan(245);
    expect(labelsNeeded(pairs, 0.1, two)).toBeLessThan(260);
  });

  test("where chance cannot disagree there is no kappa", () => {
    const same = ratingsOf([
      [20, 0],
      [0, 0],
    ]);
    expect(kappa(same, two)).toBeNull();
    expect(kappaInterval(same, two)).toBeNull();
    expect(labelsNeeded(same, 0.1, two)).toBeNull();
    expect(kappa([], two)).toBeNull();
  });

  test("agreeing on every one of 20 is no certainty", () => {
    const all = ratingsOf([
      [10, 0],
      [0, 10],
    ]);
    const found = kappaInterval(all, two);
    expect(found).toMatchObject({ kappa: 1, high: 1 });
    expect(found?.low).toBeLessThan(0.75);
    expect(labelsNeeded(all, 0.1, two)).toBeGreaterThan(20);
  });

  test("one disagreement about the only bad answer of 20 says hardly anything", () => {
    const found = kappaInterval(
      ratingsOf([
        [0, 1],
        [0, 19],
      ]),
      two,
    );
    expect(found?.kappa).toBeCloseTo(0, 12);
    // The bootstrap alone says 0 to 0.
    expect(found?.high).toBeGreaterThan(0.75);
  });

  test("a rating that is none of the categories is named", () => {
    expect(() => ratingTable([{ human: "0", judge: "x" }], ["0", "1"])).toThrow(
      '"x" is none of the categories 0, 1',
    );
  });

  test("is from -1 to 1, within its interval, the same for both sides, and 1 for those who always agree", () => {
    const category = fc.constantFrom("0", "1", "2");
    const ratings = fc.array(fc.record({ human: category, judge: category }), {
      minLength: 1,
      maxLength: 40,
    });
    const weights = fc.constantFrom<KappaOptions["weights"]>("none", "linear", "quadratic");
    fc.assert(
      fc.property(ratings, weights, (all, weighted) => {
        const options = { ...three, weights: weighted, resamples: 50 };
        const found = kappaInterval(all, options);
        if (found === null) return;
        expect(found.kappa).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(found.kappa).toBeLessThanOrEqual(1);
        expect(found.low).toBeLessThanOrEqual(found.kappa);
        expect(found.high).toBeGreaterThanOrEqual(found.kappa);
        const swapped = all.map(({ human, judge }) => ({ human: judge, judge: human }));
        expect(kappa(swapped, options)).toBeCloseTo(found.kappa, 12);
        expect(kappaInterval(all.toReversed(), options)).toEqual(found);
        expect(
          kappa(
            all.map(({ human }) => ({ human, judge: human })),
            options,
          ) ?? 1,
        ).toBe(1);
      }),
    );
  });
});
