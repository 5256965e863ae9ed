import { describe, expect, test } from "vitest";
import { estimate, type Observation } from "./estimate.ts";
import {
  type Labelled,
  predictionPowered,
  predictionPoweredByLabels,
} from "./prediction-powered.ts";
import { seeded } from "./random.ts";

const observed = (scores: readonly number[]): Observation[] =>
  scores.map((score, at) => ({ id: `j${at}`, cluster: null, score }));

/** The numbers that the reference was computed with: see below. */
const labelled: Labelled[] = Array.from({ length: 60 }, (_, at) => {
  const human = ((at * 37) % 11) / 10;
  const judge = Math.min(1, Math.max(0, human * 0.8 + 0.1 + (((at * 53) % 7) - 3) / 20));
  return { id: `l${at}`, cluster: null, human, judge };
});
const judged = observed(Array.from({ length: 500 }, (_, at) => ((at * 29) % 13) / 12));

describe("prediction-powered means", () => {
  // `ppi_py.ppi_mean_pointestimate(Y, Yhat, Yhat_unlabeled, lam=…)` and `ppi_mean_ci`, ppi-python 0.2.3: by z, and with
  // n instead of n - 1 in the variances, so its interval is a little narrower.
  test("from a stored bias: as the authors' own package, lam = 1", () => {
    const off = labelled.map(({ judge, human }) => judge - human);
    const mean = off.reduce((sum, each) => sum + each, 0) / off.length;
    const sd = Math.sqrt(off.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (off.length - 1));
    const found = predictionPowered({ judged, bias: { n: off.length, mean, sd } });
    expect(found).toMatchObject({ n: 500, clusters: null, method: "prediction-powered" });
    expect(found?.mean).toBeCloseTo(0.49866667, 8);
    expect(found?.low).toBeCloseTo(0.45897276, 2);
    expect(found?.low).toBeLessThan(0.45897276);
    expect(found?.high).toBeCloseTo(0.53836058, 2);
  });

  test("from labels: the same, where the judge is often off", () => {
    const found = predictionPoweredByLabels({ judged, labelled });
    expect(found?.n).toBe(560);
    expect(found?.mean).toBeCloseTo(0.49866667, 8);
    expect(found?.low).toBeCloseTo(0.45897276, 2);
    expect(found?.high).toBeCloseTo(0.53836058, 2);
    expect(predictionPoweredByLabels({ judged: [], labelled })).toBeNull();
  });

  test("a judge that is too kind is corrected, and clusters are kept together", () => {
    const kind = observed(
      new Array<number>(100).fill(0.9).map((score, at) => score + (at % 2) / 10),
    );
    const bias = { n: 40, mean: 0.3, sd: 0.2 };
    const alone = predictionPowered({ judged: kind, bias });
    expect(alone?.mean).toBeCloseTo(0.65, 12);
    const inFour = kind.map((each, at) => ({
      ...each,
      cluster: at < 50 ? "a" : at < 60 ? "b" : at < 90 ? "c" : "d",
    }));
    expect(predictionPowered({ judged: inFour, bias })?.clusters).toBe(4);
  });

  test("no error among ten labels is no certainty, and what cannot be told is not", () => {
    const sure = predictionPowered({ judged, bias: { n: 10, mean: 0, sd: 0 } });
    const known = predictionPowered({ judged, bias: { n: 1_000_000, mean: 0, sd: 0 } });
    expect((sure?.high ?? 0) - (sure?.low ?? 0)).toBeGreaterThan(
      2 * ((known?.high ?? 0) - (known?.low ?? 0)),
    );
    expect(predictionPowered({ judged, bias: { n: 1, mean: 0, sd: 0 } })).toBeNull();
    expect(predictionPowered({ judged: [], bias: { n: 10, mean: 0, sd: 0 } })).toBeNull();
    expect(predictionPoweredByLabels({ judged, labelled: labelled.slice(0, 1) })).toBeNull();
  });

  test("covers the truth about as often as it says, and a judge that is good saves labels", () => {
    const random = seeded(12);
    const truth = (): [human: number, judge: number] => {
      const human = Number(random() < 0.7);
      return [human, random() < 0.85 ? human : 1];
    };
    let [holds, narrower] = [0, 0];
    const rounds = 300;
    for (let round = 0; round < rounds; round++) {
      const labels = Array.from({ length: 60 }, (_, at): Labelled => {
        const [human, judge] = truth();
        return { id: String(at), cluster: null, human, judge };
      });
      const unlabelled = observed(Array.from({ length: 600 }, () => truth()[1]));
      const found = predictionPoweredByLabels({ judged: unlabelled, labelled: labels });
      const people = estimate(labels.map(({ id, human }) => ({ id, cluster: null, score: human })));
      if (found === null || people === null) throw new Error("no estimate");
      if (found.low <= 0.7 && 0.7 <= found.high) holds++;
      if (found.high - found.low < people.high - people.low) narrower++;
    }
    expect(holds / rounds).toBeGreaterThan(0.92);
    expect(narrower / rounds).toBeGreaterThan(0.95);
  });
});
