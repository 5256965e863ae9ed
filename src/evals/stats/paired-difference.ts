import { defaults, type Statistics } from "../../config/defaults.ts";
import { robustMean } from "./robust-mean.ts";
import { signFlip } from "./sign-flip.ts";
import { tQuantile, tTest } from "./student-t.ts";
import { type Clustered, clustersIn, type Unit, unitsOf } from "./units.ts";
import type { Interval } from "./wilson.ts";

/** A case on both sides, its trials averaged. */
export interface Pair extends Clustered {
  readonly id: string;
  readonly before: number;
  readonly after: number;
}

export interface Difference {
  readonly n: number;
  /** `null` where none are declared. */
  readonly clusters: number | null;
  /** The mean of after minus before. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly se: number;
  /** Two-sided, of no difference. It and the interval never contradict each other. */
  readonly p: number;
  /** Degrees of freedom of `se`. */
  readonly df: number;
  /** How `p` was found: by McNemar's exact test, by the randomization test, or by t. */
  readonly method: "mcnemar" | "permutation" | "cluster-permutation" | "t" | "cluster";
}

/** Up to so many units that differ, p is by the randomization test; t is as good beyond, and much faster. */
const fewUnits = 200;

/** The mean difference of the pairs with its interval and p-value; `null` without any pair. */
export function pairedDifference(
  pairs: readonly Pair[],
  options: Partial<Statistics> = {},
): Difference | null {
  if (pairs.length === 0) return null;
  const rule = { ...defaults.statistics, ...options };
  const units = unitsOf(pairs, ({ before, after }) => after - before);
  const clusters = clustersIn(pairs);
  const { mean, se, df } = spreadOf(units);
  const differing = units.filter(({ sum }) => Math.abs(sum) > 1e-12);
  const few = differing.length <= fewUnits;
  const oneSize = clusters === null && differing.every(({ sum }) => Math.abs(sum) === 1);
  const p =
    few || oneSize
      ? signFlip(
          differing.map(({ sum }) => sum),
          rule,
        )
      : tTest(mean / se, df);
  const t = tQuantile((1 + rule.level) / 2, df);
  const interval = agreeing({ low: mean - t * se, high: mean + t * se }, mean, p <= 1 - rule.level);
  const exact = clusters === null ? "permutation" : "cluster-permutation";
  return {
    n: pairs.length,
    clusters,
    difference: mean,
    low: Math.max(-1, interval.low),
    high: Math.min(1, interval.high),
    se,
    p,
    df,
    method: oneSize ? "mcnemar" : few ? exact : clusters === null ? "t" : "cluster",
  };
}

/** Below so many units that differ, what they show of the spread is not enough. */
const enough = 20;

/**
 * The mean difference, and its standard error. Where few units differ, two more are reckoned with for the spread, one
 * that rose and one that fell by as much as the greatest difference seen, or by all where none was seen (Bonett and
 * Price 2012, for passes and fails): that none of 20 cases differs does not mean that none ever will.
 */
export function spreadOf(units: readonly Unit[]): {
  readonly mean: number;
  readonly se: number;
  readonly df: number;
} {
  const cases = units.reduce((total, { size }) => total + size, 0);
  const mean = units.reduce((total, { sum }) => total + sum, 0) / cases;
  const differing = units.filter(({ sum }) => Math.abs(sum) > 1e-12);
  if (units.length > 1 && (differing.length >= enough || differing.length > units.length / 2)) {
    const seen = robustMean(units);
    if (seen.se > 1e-12) return seen;
  }
  const size = cases / units.length;
  const greatest = Math.max(...differing.map((unit) => Math.abs(unit.sum / unit.size)), 0) || 1;
  const { se, df } = robustMean([
    ...units,
    { size, sum: size * greatest },
    { size, sum: -size * greatest },
  ]);
  return { mean, se, df };
}

/** With the test's own word on whether there is a difference at all, which is exact where the interval is not. */
function agreeing({ low, high }: Interval, mean: number, significant: boolean): Interval {
  if (!significant) return { low: Math.min(low, 0), high: Math.max(high, 0) };
  return mean > 0 ? { low: Math.max(low, 0), high } : { low, high: Math.min(high, 0) };
}
