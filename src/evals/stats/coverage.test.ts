import { describe, expect, test } from "vitest";
import { estimate, type Observation } from "./estimate.ts";
import { type Pair, pairedDifference } from "./paired-difference.ts";
import { seeded } from "./random.ts";

const random = seeded(2024);
const passed = (chance: number): number => Number(random() < chance);
const mean = (trials: number, chance: number): number =>
  Array.from({ length: trials }, () => passed(chance)).reduce((sum, each) => sum + each, 0) /
  trials;

/** A document whose questions are right this often: alike within a cluster, between them from 0.4 to 1. */
const inClusters = (sizes: readonly number[], score: (chance: number) => number): Observation[] =>
  sizes.flatMap((size, cluster) => {
    const chance = 0.4 + 0.6 * random();
    return Array.from({ length: size }, (_, at) => ({
      id: `${cluster}.${at}`,
      cluster: String(cluster),
      score: score(chance),
    }));
  });

const alone = (n: number, score: () => number): Observation[] =>
  Array.from({ length: n }, (_, at) => ({ id: String(at), cluster: null, score: score() }));

const uneven = (clusters: number): number[] =>
  Array.from({ length: clusters }, (_, at) => [1, 1, 2, 3, 12][at % 5] ?? 1);

describe("95 % intervals hold the truth about 95 times in 100", () => {
  test.each<[string, number, () => Observation[]]>([
    [
      "8 graded scores, some of them 0",
      0.81,
      () => alone(8, () => passed(0.9) * (0.8 + 0.2 * random())),
    ],
    [
      "30 graded scores, nearly all 1",
      0.95,
      () => alone(30, () => (passed(0.9) === 1 ? 1 : random())),
    ],
    ["60 means of three trials", 0.9, () => alone(60, () => mean(3, 0.8 + 0.2 * random()))],
    ["20 passes and fails", 0.9, () => alone(20, () => passed(0.9))],
    ["5 equal clusters, passes and fails", 0.7, () => inClusters(new Array(5).fill(6), passed)],
    ["10 uneven clusters, passes and fails", 0.7, () => inClusters(uneven(10), passed)],
    ["20 uneven clusters, graded", 0.7, () => inClusters(uneven(20), (chance) => mean(4, chance))],
    ["50 clusters, passes and fails", 0.7, () => inClusters(uneven(50), passed)],
  ])("%s", (_, truth, draw) => {
    const rounds = 300;
    let holds = 0;
    for (let round = 0; round < rounds; round++) {
      const found = estimate(draw(), { resamples: 200 });
      if (found !== null && found.low <= truth && truth <= found.high) holds++;
    }
    // Two standard errors of 300 rounds below 95 %.
    expect(holds / rounds).toBeGreaterThan(0.925);
  });
});

describe("where nothing has changed, at most 5 of 100 comparisons say so", () => {
  const pairs = (
    n: number,
    perCluster: number,
    score: () => [before: number, after: number],
  ): Pair[] =>
    Array.from({ length: n }, (_, at) => {
      const [before, after] = score();
      const cluster = perCluster === 1 ? null : String(Math.floor(at / perCluster));
      return { id: String(at), cluster, before, after };
    });
  const twice = (score: (chance: number) => number) => (): [number, number] => {
    const chance = random() ** 0.2;
    return [score(chance), score(chance)];
  };

  test.each<[string, () => Pair[]]>([
    ["8 cases, one trial", () => pairs(8, 1, twice(passed))],
    ["100 cases, one trial, few that differ", () => pairs(100, 1, twice(passed))],
    [
      "30 cases, five trials",
      () =>
        pairs(
          30,
          1,
          twice((chance) => mean(5, chance)),
        ),
    ],
    ["10 clusters of 4", () => pairs(40, 4, twice(passed))],
    [
      "40 clusters of 3, three trials",
      () =>
        pairs(
          120,
          3,
          twice((chance) => mean(3, chance)),
        ),
    ],
    [
      "250 graded cases",
      () =>
        pairs(
          250,
          1,
          twice((chance) => chance * random()),
        ),
    ],
  ])("%s", (_, draw) => {
    const rounds = 300;
    let alarms = 0;
    for (let round = 0; round < rounds; round++) {
      if ((pairedDifference(draw(), { resamples: 200 })?.p ?? 1) <= 0.05) alarms++;
    }
    expect(alarms / rounds).toBeLessThan(0.075);
  });
});
