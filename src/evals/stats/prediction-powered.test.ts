import { describe, expect, test } from "vitest";
import { estimate, type Observation } from "./estimate.ts";
import { type Bias, predictionPowered } from "./prediction-powered.ts";
import { seeded } from "./random.ts";

const random = seeded(12);

const observed = (scores: readonly number[]): Observation[] =>
  scores.map((score, at) => ({ id: `j${at}`, cluster: null, score }));

interface Labelled {
  readonly human: number;
  readonly judge: number;
}

function biasOf(labels: readonly Labelled[]): Bias {
  const off = labels.map(({ judge, human }) => judge - human);
  const n = off.length;
  const mean = off.reduce((sum, each) => sum + each, 0) / n;
  const sd = Math.sqrt(off.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1));
  return { n, mean, sd, off: off.filter((each) => each !== 0).length };
}

/** The numbers that the reference was computed with: see below. */
const labelled: Labelled[] = Array.from({ length: 60 }, (_, at) => {
  const human = ((at * 37) % 11) / 10;
  const judge = Math.min(1, Math.max(0, human * 0.8 + 0.1 + (((at * 53) % 7) - 3) / 20));
  return { human, judge };
});
const judged = observed(Array.from({ length: 500 }, (_, at) => ((at * 29) % 13) / 12));

describe("prediction-powered means", () => {
  // `ppi_py.ppi_mean_pointestimate(Y, Yhat, Yhat_unlabeled, lam=…)` and `ppi_mean_ci`, ppi-python 0.2.3: by z, and with
  // n instead of n - 1 in the variances, so its interval is a little narrower.
  test("as the authors' own package, lam = 1", () => {
    const found = predictionPowered({ judged, bias: biasOf(labelled) });
    expect(found).toMatchObject({ n: 500, clusters: null, method: "prediction-powered" });
    expect(found?.mean).toBeCloseTo(0.49866667, 8);
    expect(found?.low).toBeCloseTo(0.45897276, 2);
    expect(found?.low).toBeLessThan(0.45897276);
    expect(found?.high).toBeCloseTo(0.53836058, 2);
  });

  test("a judge that is too kind is corrected, and clusters are kept together", () => {
    const kind = observed(
      new Array<number>(100).fill(0.9).map((score, at) => score + (at % 2) / 10),
    );
    const bias = { n: 40, mean: 0.3, sd: 0.2, off: 30 };
    const alone = predictionPowered({ judged: kind, bias });
    expect(alone?.mean).toBeCloseTo(0.65, 12);
    const inFour = kind.map((each, at) => ({
      ...each,
      cluster: at < 50 ? "a" : at < 60 ? "b" : at < 90 ? "c" : "d",
    }));
    expect(predictionPowered({ judged: inFour, bias })?.clusters).toBe(4);
  });

  test("no error among ten labels is no certainty, and what cannot be told is not", () => {
    const sure = predictionPowered({ judged, bias: { n: 10, mean: 0, sd: 0, off: 0 } });
    const known = predictionPowered({ judged, bias: { n: 1_000_000, mean: 0, sd: 0, off: 0 } });
    expect((sure?.high ?? 0) - (sure?.low ?? 0)).toBeGreaterThan(
      2 * ((known?.high ?? 0) - (known?.low ?? 0)),
    );
    expect(predictionPowered({ judged, bias: { n: 1, mean: 0, sd: 0, off: 0 } })).toBeNull();
    expect(predictionPowered({ judged: [], bias: { n: 10, mean: 0, sd: 0, off: 0 } })).toBeNull();
  });

  test.each<[string, number, () => Labelled]>([
    [
      "kind, 60 labels",
      60,
      () => {
        const human = Number(random() < 0.7);
        return { human, judge: random() < 0.85 ? human : 1 };
      },
    ],
    [
      "rarely too strict, 100 labels",
      100,
      () => {
        const human = Number(random() < 0.7);
        return { human, judge: random() < 0.95 ? human : 0 };
      },
    ],
  ])("covers the truth, and saves labels, where the judge is %s", (_, labels, draw) => {
    let [holds, narrower] = [0, 0];
    const rounds = 300;
    const many = (count: number): Labelled[] => Array.from({ length: count }, draw);
    for (let round = 0; round < rounds; round++) {
      const both = many(labels);
      const scores = observed(many(1_000).map(({ judge }) => judge));
      const found = predictionPowered({ judged: scores, bias: biasOf(both) });
      const people = estimate(observed(both.map(({ human }) => human)));
      if (found === null || people === null) throw new Error("no estimate");
      if (found.low <= 0.7 && 0.7 <= found.high) holds++;
      if (found.high - found.low < people.high - people.low) narrower++;
    }
    expect(holds / rounds).toBeGreaterThan(0.93);
    expect(narrower / rounds).toBeGreaterThan(0.95);
  });
});
