import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mcnemarExact } from "./mcnemar.ts";
import { type Pair, pairedDifference } from "./paired-difference.ts";
import { casesFor, detectable } from "./power.ts";
import { seeded } from "./random.ts";
import { tQuantile } from "./student-t.ts";

/** `n` cases of which some broke and some were mended; the others pass on both sides. */
const passes = (n: number, broke: number, mended: number): Pair[] =>
  Array.from({ length: n }, (_, at) => ({
    id: String(at),
    cluster: null,
    before: at >= broke && at < broke + mended ? 0 : 1,
    after: at < broke ? 0 : 1,
  }));

const graded = (differences: readonly number[]): Pair[] =>
  differences.map((each, at) => ({
    id: String(at),
    cluster: null,
    before: 0.5,
    after: 0.5 + each,
  }));

describe("pairedDifference", () => {
  test("passes and fails are compared by McNemar's exact test", () => {
    expect(pairedDifference(passes(200, 10, 2))).toMatchObject({
      n: 200,
      clusters: null,
      difference: -0.04,
      p: mcnemarExact(10, 2),
      method: "mcnemar",
    });
    expect(pairedDifference([])).toBeNull();
  });

  test("graded scores: the interval of the paired t-test", () => {
    // `scipy.stats.ttest_rel`, version 1.17, on Student's sleep data (1908): t = -4.06, p = 0.00283, the interval of the
    // difference from 0.70 to 2.46 hours; here in tenths of a score.
    const sleep = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4].map((hours) => hours / 10);
    const found = pairedDifference(graded(sleep));
    expect(found?.difference).toBeCloseTo(0.158, 12);
    expect(found?.low).toBeCloseTo(0.07001142, 7);
    expect(found?.high).toBeCloseTo(0.24598858, 7);
    expect(found?.df).toBeCloseTo(9, 10);
    // Nine of ten slept longer, none shorter: 2 of 2^9 signs.
    expect(found).toMatchObject({ method: "permutation", p: 2 / 512 });
  });

  test("many graded differences: the paired t-test itself", () => {
    const many = Array.from({ length: 400 }, (_, at) => ((at * 7919) % 101) / 500 - 0.09);
    const found = pairedDifference(graded(many));
    // SciPy: ttest_rel on the same 400 numbers.
    expect(found?.method).toBe("t");
    expect(found?.p).toBeCloseTo(0.000676828110631971, 12);
  });

  test("clusters are the units: ten cases of two documents are two", () => {
    const two = graded(new Array<number>(10).fill(-0.4)).map((pair, at) => ({
      ...pair,
      cluster: at < 5 ? "a" : "b",
    }));
    expect(pairedDifference(two)).toMatchObject({ n: 10, clusters: 2, p: mcnemarExact(2, 0) });
    expect(pairedDifference(graded(new Array<number>(10).fill(-0.4)))?.p).toBeLessThan(0.01);
  });

  test("one trial before and five now: rare failures that only many trials find are no regression", () => {
    // 12 of 100 cases fail once in five trials now, none failed in its single trial before: 1 - 1/6 each, which any
    // change of nothing would bring about once in (5/6)^12 = 11 of 100 times.
    const lopsided = passes(100, 0, 0).map((pair, at) => ({
      ...pair,
      after: at < 12 ? 0.8 : 1,
      trials: { before: [1], after: [at < 12 ? 0 : 1, 1, 1, 1, 1] },
    }));
    const found = pairedDifference(lopsided, { resamples: 20_000 });
    expect(found?.method).toBe("permutation");
    expect(found?.p).toBeGreaterThan(0.1);
    expect(found?.low).toBeLessThan(0);
    expect(found?.high).toBe(0);
    expect(pairedDifference(lopsided.map(({ trials: _, ...pair }) => pair))?.p).toBeLessThan(0.001);
    // Where every trial of half of them fails now, it is one.
    const worse = lopsided.map((pair, at) => {
      const after = at < 50 ? 0 : 1;
      return { ...pair, after, trials: { before: [1], after: new Array<number>(5).fill(after) } };
    });
    expect(pairedDifference(worse)?.p).toBeLessThan(0.001);
  });

  test("the same with graded scores, which mostly reach the top", () => {
    const random = seeded(3);
    const mean = (scores: readonly number[]): number =>
      scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const tried = (trials: number): number[] =>
      Array.from({ length: trials }, () => (random() < 0.9 ? 1 : random()));
    let alarms = 0;
    for (let round = 0; round < 200; round++) {
      const pairs = Array.from({ length: 20 }, (_, at): Pair => {
        const trials = { before: tried(1), after: tried(10) };
        const [before, after] = [mean(trials.before), mean(trials.after)];
        return { id: String(at), cluster: null, before, after, trials };
      });
      if ((pairedDifference(pairs, { resamples: 200 })?.p ?? 1) <= 0.05) alarms++;
    }
    // By flipped signs alone: 50.
    expect(alarms).toBeLessThan(20);
  });

  test("where nothing differs there is still an interval, about as wide as the rule of three", () => {
    const { low = 0, high = 0, p } = pairedDifference(passes(100, 0, 0)) ?? {};
    expect(p).toBe(1);
    // 1 − 0.05^(1/100) may break without one of them being among these.
    expect(low).toBeCloseTo(-0.0295130496, 9);
    expect(high).toBeGreaterThan(0.02);
    expect(high).toBeLessThan(0.04);
  });

  test("few graded scores that hardly move leave room for the break that is not among them", () => {
    const still = graded([0.01, -0.01, 0.02, -0.02, 0, 0.01]).map((pair) => ({
      ...pair,
      before: pair.before + 0.3,
      after: pair.after + 0.3,
    }));
    const mean = 0.8 + 0.01 / 6;
    const found = pairedDifference(still);
    expect(found?.low).toBeCloseTo(0.01 / 6 - (1 - 0.05 ** (1 / 6)) * mean, 12);
    expect(found?.high).toBeCloseTo(0.01 / 6 + (1 - 0.05 ** (1 / 6)) * (1 - mean), 12);
  });

  test("the interval holds where one case in ten breaks, however few and steady the cases are", () => {
    const random = seeded(5);
    const steady = (): number => 0.8 + 0.1 * random();
    let holds = 0;
    for (let round = 0; round < 300; round++) {
      const pairs = Array.from({ length: 8 }, (_, at): Pair => {
        const after = random() < 0.1 ? 0 : steady();
        return { id: String(at), cluster: null, before: steady(), after };
      });
      const { low = 0, high = 0 } = pairedDifference(pairs, { resamples: 200 }) ?? {};
      if (low <= -0.085 && -0.085 <= high) holds++;
    }
    // By t alone: 170.
    expect(holds).toBeGreaterThan(275);
  });

  test("the test and the interval never contradict each other", () => {
    const score = fc.constantFrom(0, 0.2, 0.5, 0.8, 1);
    const pair = fc.record({
      id: fc.string(),
      cluster: fc.constantFrom(null, "a", "b", "c", "d", "e", "f", "g"),
      before: score,
      after: score,
    });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 60 }), (pairs) => {
        const found = pairedDifference(pairs, { resamples: 200 });
        if (found === null) throw new Error("no difference");
        const { low, high, difference, p } = found;
        expect(low).toBeLessThanOrEqual(difference);
        expect(high).toBeGreaterThanOrEqual(difference);
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(high).toBeLessThanOrEqual(1);
        expect(high).toBeGreaterThan(low);
        if (p > 0.05) expect(low <= 0 && high >= 0).toBe(true);
        else expect(low >= 0 || high <= 0).toBe(true);
        const turned = pairedDifference(pairs.toReversed(), { resamples: 200 });
        expect(turned).toEqual(found);
      }),
      { numRuns: 200 },
    );
  });
});

describe("detectable and casesFor", () => {
  test("Miller's formula, where a change of whole cases would spread the differences no more than they are", () => {
    const halves = graded(Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? 0.5 : -0.5)));
    // SciPy: (t.ppf(.975, 199) + t.ppf(.8, 199)) * np.std([.5, -.5] * 100, ddof=1) / 200**.5
    expect(detectable(halves)).toBeCloseTo(0.0997887728333217, 10);
  });

  test("a few large clusters see less: their standard error is itself hardly known", () => {
    const pairs = [10, 9, 5, 5, 3, 3, 1, 1].flatMap((size, cluster) =>
      graded(new Array<number>(size).fill(cluster % 2 === 0 ? 0.5 : -0.5)).map((pair) => ({
        ...pair,
        cluster: String(cluster),
      })),
    );
    const { se = 0, df = 0 } = pairedDifference(pairs) ?? {};
    expect(df).toBeLessThan(5.5);
    expect(detectable(pairs)).toBeCloseTo((tQuantile(0.975, df) + tQuantile(0.8, df)) * se, 10);
  });

  test("where it would, the difference to be seen counts in its own spread", () => {
    const pairs = passes(200, 30, 20);
    // SciPy: brentq(lambda d: d - (t.ppf(.975, 199) + t.ppf(.8, 199)) * ((v + d * (.9 - .25) / .9) / 200)**.5, .01, 1),
    // v being the variance of the differences: 90 % passed before, and a quarter differs.
    expect(detectable(pairs)).toBeCloseTo(0.11462628621727491, 10);
    expect(Math.abs(casesFor(detectable(pairs) ?? 0, pairs) - 200)).toBeLessThanOrEqual(1);
  });

  test("none that differs is no proof of power", () => {
    expect(detectable(passes(5, 0, 0))).toBeNull();
    expect(detectable(passes(6, 0, 0))).toBe(1);
    expect(detectable(passes(100, 0, 0))).toBeGreaterThan(0.07);
    expect(casesFor(0.05, passes(100, 0, 0))).toBeGreaterThan(150);
    expect(casesFor(0.05, [])).toBeGreaterThan(1_000);
  });

  test("more cases see smaller differences, and smaller differences need more cases", () => {
    const share = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(share, share, fc.integer({ min: 60, max: 300 }), (broke, mended, n) => {
        const once = passes(n, broke, mended);
        expect(detectable([...once, ...once])).toBeLessThan(detectable(once) ?? 0);
        expect(casesFor(0.02, once)).toBeGreaterThan(casesFor(0.05, once));
      }),
    );
  });
});
