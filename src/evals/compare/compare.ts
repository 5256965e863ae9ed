import { defaults } from "../../config/defaults.ts";
import { evalDefaults } from "../defaults.ts";
import type { Comparison } from "../result/result.ts";
import { holm } from "../stats/holm.ts";
import { mcnemarExact } from "../stats/mcnemar.ts";
import { type Difference, type Pair, pairedDifference } from "../stats/paired-difference.ts";
import { casesFor, detectable } from "../stats/power.ts";
import type { Verdict } from "../suite/gate.ts";

/** What is compared by one metric. */
export interface ComparedScores {
  /** Cases that have a score on both sides, their trials averaged. */
  readonly pairs: readonly Pair[];
  /** The smallest difference of interest, above 0 and at most 1. Default: 0.05. */
  readonly effect?: number | undefined;
}

/**
 * Compares scores before and after a change as `seam eval` does: for each metric the mean difference of the pairs with its
 * interval, and a verdict. Holm's correction is over all metrics that have pairs, so that a false alarm by any of them
 * stays as rare as the level says. `null` for a metric without pairs. docs/eval-statistics.md has the formulas.
 *
 * @example
 * const [accuracy] = compareScores([
 *   { pairs: [{ id: "c-1", cluster: null, before: 1, after: 0 }, { id: "c-2", cluster: null, before: 1, after: 1 }] },
 * ]);
 * accuracy?.verdict; // "underpowered": two cases say nothing
 */
export function compareScores(all: readonly ComparedScores[]): (Comparison | null)[] {
  const found = all.map(({ pairs }) => pairedDifference(pairs));
  const tested = found.filter((difference) => difference !== null);
  const adjusted = holm(tested.map(({ p }) => p));
  const adjustedOf = new Map(tested.map((difference, index) => [difference, adjusted[index] ?? 1]));
  return all.map((comparable, index) => {
    const difference = found[index] ?? null;
    if (difference === null) return null;
    return comparisonOf(comparable, difference, adjustedOf.get(difference) ?? 1, tested.length);
  });
}

function comparisonOf(
  { pairs, effect = evalDefaults.gate.effect }: ComparedScores,
  found: Difference,
  adjustedP: number,
  tests: number,
): Comparison {
  const { n, difference, low, high, p, method } = found;
  const alpha = 1 - defaults.statistics.level;
  // What Holm asks of the strictest test: no metric is said to see more than it can.
  const rule = { level: 1 - alpha / tests };
  const seen = detectable(pairs, rule);
  const baselineMean = pairs.reduce((sum, { before }) => sum + before, 0) / n;
  return {
    verdict: verdictOf({ difference, significant: adjustedP <= alpha, seen, effect }),
    n,
    baselineMean,
    mean: pairs.reduce((sum, { after }) => sum + after, 0) / n,
    difference,
    low,
    high,
    p,
    adjustedP,
    method,
    mcnemar: mcnemarOf(pairs),
    detectable: seen,
    effect,
    casesForEffect: casesFor(effect, pairs, rule),
  };
}

interface Evidence {
  readonly difference: number;
  readonly significant: boolean;
  /** The smallest difference that could have been seen. */
  readonly seen: number | null;
  readonly effect: number;
}

function verdictOf({ difference, significant, seen, effect }: Evidence): Verdict {
  if (significant) return difference < 0 ? "regressed" : "improved";
  return seen === null || seen > effect ? "underpowered" : "no evidence";
}

/** Of cases that know nothing of each other and were tried as often on both sides, which it takes for granted. */
function mcnemarOf(pairs: readonly Pair[]): Comparison["mcnemar"] {
  const passOrFail = (score: number): boolean => score === 0 || score === 1;
  const exact = pairs.every(
    ({ before, after, cluster, trials }) =>
      cluster === null &&
      trials?.before.length === trials?.after.length &&
      passOrFail(before) &&
      passOrFail(after),
  );
  if (!exact) return null;
  const broke = pairs.filter(({ before, after }) => before > after).length;
  const mended = pairs.filter(({ before, after }) => before < after).length;
  return { broke, mended, p: mcnemarExact(broke, mended) };
}
