import { defaults } from "../../config/defaults.ts";
import type { Comparison } from "../result/result.ts";
import { holm } from "../stats/holm.ts";
import { mcnemarExact } from "../stats/mcnemar.ts";
import { type Difference, type Pair, pairedDifference } from "../stats/paired-difference.ts";
import { casesFor, detectable } from "../stats/power.ts";
import type { Verdict } from "../suite/gate.ts";

/** What is compared by one metric: cases on both sides, and the smallest difference of interest. */
export interface Comparable {
  readonly pairs: readonly Pair[];
  readonly effect: number;
}

/**
 * Compares by all of these at once: Holm's correction is over all that have pairs, so that the chance of a false alarm by
 * any of them stays below what the level says. `null` where there are no pairs.
 */
export function compareAll(all: readonly Comparable[]): (Comparison | null)[] {
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
  { pairs, effect }: Comparable,
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

/** Of cases that know nothing of each other, which it takes for granted. */
function mcnemarOf(pairs: readonly Pair[]): Comparison["mcnemar"] {
  const passOrFail = (score: number): boolean => score === 0 || score === 1;
  const exact = pairs.every(
    ({ before, after, cluster }) => cluster === null && passOrFail(before) && passOrFail(after),
  );
  if (!exact) return null;
  const broke = pairs.filter(({ before, after }) => before > after).length;
  const mended = pairs.filter(({ before, after }) => before < after).length;
  return { broke, mended, p: mcnemarExact(broke, mended) };
}
