import type { Pair } from "llm-seam/evals";

/** A suite that is run before and after a change whose effect is known. */
export interface World {
  readonly name: string;
  /** The pairs of each metric, or of each slice; the true mean of the first one falls by `drop`, at most 0.2. */
  readonly draw: (random: Random, drop: number) => readonly (readonly Pair[])[];
}

export type Random = () => number;

interface Suite {
  readonly cases: number;
  /** What one run of a case comes to, where `chance` is that of a pass. */
  readonly score: (random: Random, chance: number) => number;
  readonly clusters?: number;
}

export const worlds: readonly World[] = [
  one("passes and fails, 50 cases", { cases: 50, score: pass }),
  one("passes and fails, 200 cases", { cases: 200, score: pass }),
  {
    name: "the same where 1 case in 20 varies, 200 cases",
    draw: (random, drop) => [rarePairs(random, 200, drop)],
  },
  one("scores in fifths, 50 cases", { cases: 50, score: meanOf(5) }),
  one("20 clusters of 5 passes and fails", { cases: 100, score: pass, clusters: 20 }),
  one("8 clusters of 10 passes and fails", { cases: 80, score: pass, clusters: 8 }),
  one("50 cases, 5 trials each", { cases: 50, score: meanOf(5) }),
  one("15 clusters of 4, 3 trials each", { cases: 60, score: meanOf(3), clusters: 15 }),
  several("5 metrics of 100 passes and fails", 5, { cases: 100, score: pass }),
  several("10 slices of 20 scores in fifths", 10, { cases: 20, score: meanOf(5) }),
];

function one(name: string, suite: Suite): World {
  return { name, draw: (random, drop) => [pairsOf(random, suite, drop)] };
}

function several(name: string, count: number, suite: Suite): World {
  return {
    name,
    draw: (random, drop) =>
      Array.from({ length: count }, (_, index) => pairsOf(random, suite, index === 0 ? drop : 0)),
  };
}

function pass(random: Random, chance: number): number {
  return random() < chance ? 1 : 0;
}

function meanOf(trials: number): Suite["score"] {
  return (random, chance) => {
    let passed = 0;
    for (let trial = 0; trial < trials; trial++) passed += pass(random, chance);
    return passed / trials;
  };
}

/**
 * Cases are hard or easy, and a change makes some of them better and others worse, clusters as a whole too: by as much in
 * either direction, so that only `drop` moves the mean.
 */
function pairsOf(random: Random, { cases, score, clusters }: Suite, drop: number): Pair[] {
  const either = (reach: number): number => (random() * 2 - 1) * reach;
  const shared = Array.from({ length: clusters ?? 0 }, () => ({
    level: either(0.1),
    before: either(0.1),
    after: either(0.1),
  }));
  return Array.from({ length: cases }, (_, index) => {
    const cluster = clusters === undefined ? null : index % clusters;
    const group = cluster === null ? undefined : shared[cluster];
    const level = 0.6 + either(0.1) + (group?.level ?? either(0.1));
    const before = level + (group?.before ?? either(0.1)) + either(0.1);
    const after = level + (group?.after ?? either(0.1)) + either(0.1) - drop;
    return {
      id: `case-${index}`,
      cluster: cluster === null ? null : `cluster-${cluster}`,
      before: score(random, before),
      after: score(random, after),
    };
  });
}

/** Almost all pass for sure, before and after: chance has little to work with. */
function rarePairs(random: Random, cases: number, drop: number): Pair[] {
  return Array.from({ length: cases }, (_, index) => {
    const chance = index % 20 === 0 ? 0.6 : 1;
    return {
      id: `case-${index}`,
      cluster: null,
      before: pass(random, chance),
      after: pass(random, chance - drop),
    };
  });
}
