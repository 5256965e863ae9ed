import type { Statistics } from "../../config/defaults.ts";
import { seeded } from "./random.ts";
import { tTest } from "./student-t.ts";

/** A case whose trials passed or failed: how many passed of how many, on both sides. */
export interface PassCounts {
  readonly passes: number;
  readonly before: number;
  readonly after: number;
}

/** Beyond so many cases that passed and failed, the sum is normal, and drawing is slow. */
const fewMixed = 200;

/**
 * The randomization test for cases that were run more often on one side: the two-sided p-value of the sum of
 * differences, with the trials of each case dealt out anew to both sides. Signs cannot be flipped there: one failure
 * in a single trial weighs more than one in five, so that where failures are rare most differences fall to the side
 * with more trials, and flipped signs take that for a change.
 */
export function reallocation(
  cases: readonly PassCounts[],
  difference: number,
  { seed, resamples }: Statistics,
): number {
  const mixed = cases
    .filter(({ passes, before, after }) => passes > 0 && passes < before + after)
    .toSorted((one, other) => keyOf(one) - keyOf(other));
  if (mixed.length > fewMixed) {
    const variance = mixed.reduce((sum, each) => sum + varianceOf(each), 0);
    return tTest(difference / Math.sqrt(variance), Number.POSITIVE_INFINITY);
  }
  const random = seeded(seed);
  const seen = Math.abs(difference) - 1e-9;
  let asFar = 1;
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (const each of mixed) {
      const dealt = dealtTo(each, random);
      sum += (each.passes - dealt) / each.after - dealt / each.before;
    }
    if (Math.abs(sum) >= seen) asFar++;
  }
  return asFar / (resamples + 1);
}

/** Passes among the trials of the first side, drawn without replacement. */
function dealtTo({ passes, before, after }: PassCounts, random: () => number): number {
  let dealt = 0;
  for (let trial = 0; trial < before; trial++) {
    if (random() * (before + after - trial) < passes - dealt) dealt++;
  }
  return dealt;
}

/** Of the difference when the trials are dealt out anew, by the variance of the hypergeometric distribution. */
function varianceOf({ passes, before, after }: PassCounts): number {
  const trials = before + after;
  const share = passes / trials;
  const ofDealt = (before * share * (1 - share) * after) / (trials - 1);
  return ofDealt * (1 / before + 1 / after) ** 2;
}

/** Any order that does not depend on that of the cases. */
function keyOf({ passes, before, after }: PassCounts): number {
  return (passes * 101 + before) * 101 + after;
}
