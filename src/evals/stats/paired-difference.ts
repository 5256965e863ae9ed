import { defaults, type Statistics } from "../../config/defaults.ts";
import { reallocation, type TrialScores } from "./reallocation.ts";
import { signFlip } from "./sign-flip.ts";
import { spreadOf } from "./spread.ts";
import { tQuantile, tTest } from "./student-t.ts";
import { type Clustered, clustersIn, type Unit, unitsOf } from "./units.ts";
import type { Interval } from "./wilson.ts";

/** A case on both sides, its trials averaged. */
export interface Pair extends Clustered {
  readonly id: string;
  readonly before: number;
  readonly after: number;
  /** What was averaged. Where absent: as many trials on both sides. */
  readonly trials?: TrialScores | undefined;
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
  const { p, method } = testOf(pairs, units, rule);
  const t = tQuantile((1 + rule.level) / 2, df);
  const byT = { low: mean - t * se, high: mean + t * se };
  const interval =
    p <= 1 - rule.level
      ? besideZero(byT, mean)
      : around([0, ...unseen(pairs, mean, rule.level)], byT);
  return {
    n: pairs.length,
    clusters,
    difference: mean,
    low: Math.max(-1, interval.low),
    high: Math.min(1, interval.high),
    se,
    p,
    df,
    method,
  };
}

function testOf(
  pairs: readonly Pair[],
  units: readonly Unit[],
  rule: Statistics,
): Pick<Difference, "p" | "method"> {
  const clustered = units.length < pairs.length;
  const sums = units.map(({ sum }) => sum).filter((sum) => Math.abs(sum) > 1e-12);
  const exact = clustered ? "cluster-permutation" : "permutation";
  const trials = unlikeTrialsOf(pairs);
  if (trials === null && !clustered && sums.every((sum) => Math.abs(sum) === 1)) {
    return { p: signFlip(sums, rule), method: "mcnemar" };
  }
  const byUnits = byUnitsOf(units, sums, rule);
  if (trials !== null) {
    const total = sums.reduce((all, sum) => all + sum, 0);
    return { p: Math.max(byUnits, reallocation(trials, total, rule)), method: exact };
  }
  if (sums.length <= fewUnits) return { p: byUnits, method: exact };
  return { p: byUnits, method: clustered ? "cluster" : "t" };
}

function byUnitsOf(units: readonly Unit[], sums: readonly number[], rule: Statistics): number {
  if (sums.length <= fewUnits) return signFlip(sums, rule);
  const { mean, se, df } = spreadOf(units);
  return tTest(mean / se, df);
}

/** Of cases of which some were tried more often on one side; else `null`. */
function unlikeTrialsOf(pairs: readonly Pair[]): readonly TrialScores[] | null {
  const isAlike = ({ trials }: Pair): boolean =>
    trials === undefined || trials.before.length === trials.after.length;
  if (pairs.every(isAlike)) return null;
  return pairs.map(({ before, after, trials }) => trials ?? { before: [before], after: [after] });
}

// The test has the last word on whether there is a difference at all: it is exact where the interval is not.

function besideZero({ low, high }: Interval, mean: number): Interval {
  return mean > 0 ? { low: Math.max(low, 0), high } : { low, high: Math.min(high, 0) };
}

function around(differences: readonly number[], { low, high }: Interval): Interval {
  return { low: Math.min(low, ...differences), high: Math.max(high, ...differences) };
}

/**
 * What the difference would be if as many units were lost altogether, or mended, as may be without one of them being
 * among so few: none of n means 3/n at most (Hanley and Lippman-Hand 1983, the rule of three).
 */
function unseen(pairs: readonly Pair[], mean: number, level: number): number[] {
  const scores = unitsOf(pairs, ({ after }) => after);
  const after = scores.reduce((total, { sum }) => total + sum, 0) / pairs.length;
  const share = 1 - (1 - level) ** (1 / scores.length);
  return [mean - share * after, mean + share * (1 - after)];
}
