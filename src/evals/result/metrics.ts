import { type ComparedScores, compareScores } from "../compare/compare.ts";
import { type Pairing, pairsOf } from "../compare/pairing.ts";
import type { MetricInfo } from "../run/records.ts";
import { estimate, type Observation } from "../stats/estimate.ts";
import { passAtK, passHatK } from "../stats/pass-at-k.ts";
import type { MetricResult } from "./result.ts";
import { type CaseTally, meanOf, meanOfCase, type Outcome, scoresOf } from "./tally.ts";

/** A group of cases, and what they are looked at by. */
export interface Group {
  readonly cases: readonly CaseTally[];
  readonly metrics: readonly MetricInfo[];
  readonly pairing: Pairing | null;
  /** The smallest difference of interest, by metric, where the gate names one. */
  readonly effects: readonly (number | undefined)[];
}

type Measured = Omit<MetricResult, "comparison">;

/** The results of each group by each metric. What is compared is corrected for being compared in so many ways. */
export function resultsOf(groups: readonly Group[]): MetricResult[][] {
  const measured = groups.map((group) =>
    group.metrics.map((metric, index) => ({
      result: measure(group.cases, metric, index),
      comparable: comparableOf(group, metric, index),
    })),
  );
  const comparisons = compareScores(measured.flat().map(({ comparable }) => comparable));
  let at = 0;
  return measured.map((metrics) =>
    metrics.map(({ result }) => ({ ...result, comparison: comparisons[at++] ?? null })),
  );
}

function comparableOf(group: Group, { name }: MetricInfo, index: number): ComparedScores {
  const { cases, pairing, effects } = group;
  return {
    pairs: pairing === null ? [] : pairsOf(cases, pairing, { name, index }),
    effect: effects[index],
  };
}

function measure(cases: readonly CaseTally[], metric: MetricInfo, index: number): Measured {
  const outcomes = cases.flatMap(({ trials }) => trials.map((trial) => trial.outcomes[index]));
  const count = (is: (outcome: Outcome | undefined) => boolean): number =>
    outcomes.filter(is).length;
  return {
    metric,
    estimate: estimate(observationsOf(cases, index)),
    corrected: null,
    calibration: null,
    inconsistency: null,
    counts: {
      scored: count((outcome) => typeof outcome === "number"),
      notApplicable: count((outcome) => outcome === "not applicable"),
      faults: count((outcome) => outcome === "fault"),
    },
    ...passes(cases, index, metric.passAt),
  };
}

export function observationsOf(cases: readonly CaseTally[], metric: number): Observation[] {
  return cases.flatMap((each) => {
    const score = meanOfCase(each, metric);
    return score === null ? [] : [{ id: each.id, cluster: each.cluster, score }];
  });
}

function passes(
  cases: readonly CaseTally[],
  metric: number,
  passAt: number,
): Pick<MetricResult, "passAtK" | "passHatK"> {
  const tried = cases.map(({ trials }) => {
    const scores = scoresOf(trials, metric);
    return { n: scores.length, c: scores.filter((score) => score >= passAt).length };
  });
  const most = tried.reduce((max, { n }) => Math.max(max, n), 0);
  if (most < 2) return { passAtK: [], passHatK: [] };
  const over = (chance: (n: number, c: number, k: number) => number): number[] =>
    Array.from({ length: most }, (_, index) => {
      const enough = tried.filter(({ n }) => n > index);
      return meanOf(enough.map(({ n, c }) => chance(n, c, index + 1))) ?? 0;
    });
  return { passAtK: over(passAtK), passHatK: over(passHatK) };
}
