import type { Statistics } from "../../config/defaults.ts";
import { seeded } from "./random.ts";
import { tTest } from "./student-t.ts";

/** What the trials of a case scored, on both sides; at least one each. */
export interface TrialScores {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Beyond so many cases whose trials are not all alike, the sum is normal, and drawing is slow. */
const fewMixed = 200;

/**
 * The randomization test for cases that were run more often on one side: the two-sided p-value of the sum of
 * differences, with the trials of each case dealt out anew to both sides. Signs cannot be flipped there: one failure
 * in a single trial weighs more than one in five, so that where failures are rare most differences fall to the side
 * with more trials, and flipped signs take that for a change.
 */
export function reallocation(
  cases: readonly TrialScores[],
  difference: number,
  { seed, resamples }: Statistics,
): number {
  const mixed = cases
    .map(poolOf)
    .filter(({ variance }) => variance > 1e-18)
    .toSorted((one, other) => one.sum - other.sum || one.variance - other.variance);
  if (mixed.length === 0) return 1;
  if (mixed.length > fewMixed) {
    const variance = mixed.reduce((sum, each) => sum + each.variance, 0);
    return tTest(difference / Math.sqrt(variance), Number.POSITIVE_INFINITY);
  }
  const random = seeded(seed);
  const seen = Math.abs(difference) - 1e-9;
  let asFar = 1;
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (const pool of mixed) sum += dealt(pool, random);
    if (Math.abs(sum) >= seen) asFar++;
  }
  return asFar / (resamples + 1);
}

/** The trials of both sides together. */
interface Pool {
  readonly scores: Float64Array;
  readonly sum: number;
  /** How many are dealt to the side with fewer of them, and what the difference is to be multiplied by for it. */
  readonly fewer: number;
  readonly sign: 1 | -1;
  /** Of the difference when all is dealt out anew: that of a mean of numbers drawn without replacement. */
  readonly variance: number;
}

function poolOf({ before, after }: TrialScores): Pool {
  const scores = Float64Array.from([...before, ...after]).sort();
  const sum = scores.reduce((total, score) => total + score, 0);
  const squares = scores.reduce((total, score) => total + (score - sum / scores.length) ** 2, 0);
  const fewer = Math.min(before.length, after.length);
  const sign = after.length === fewer ? 1 : -1;
  const weight = 1 / before.length + 1 / after.length;
  return { scores, sum, fewer, sign, variance: (squares / (scores.length - 1)) * weight };
}

/** The difference of the sides, with the first scores of a shuffle dealt to the one with fewer trials. */
function dealt({ scores, sum, fewer, sign }: Pool, random: () => number): number {
  let part = 0;
  for (let at = 0; at < fewer; at++) {
    const from = at + Math.floor(random() * (scores.length - at));
    const drawn = scores[from] ?? 0;
    scores[from] = scores[at] ?? 0;
    scores[at] = drawn;
    part += drawn;
  }
  return sign * (part / fewer - (sum - part) / (scores.length - fewer));
}
