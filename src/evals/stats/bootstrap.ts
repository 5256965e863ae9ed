import type { Statistics } from "../../config/defaults.ts";
import { seeded } from "./random.ts";
import { cautiousMean } from "./robust-mean.ts";
import type { Unit } from "./units.ts";
import type { Interval } from "./wilson.ts";

/**
 * The bootstrap-t interval of the mean over cases (Efron 1979; Hall 1988): units are drawn with replacement, and where
 * the t of the resamples lies takes the place of Student's table, so that skewed scores get a skewed interval. In a
 * resample of passes or of fails only, t is without bound, and so may the interval be: the caller bounds it.
 */
export function bootstrapT(units: readonly Unit[], options: Statistics): Interval {
  const { mean, se } = cautiousMean(units);
  const random = seeded(options.seed);
  const draw = (unit: Unit): Unit => units[Math.floor(random() * units.length)] ?? unit;
  const ts = Float64Array.from({ length: options.resamples }, () => {
    const resample = cautiousMean(units.map(draw));
    const shift = resample.mean - mean;
    if (resample.se > 1e-9) return shift / resample.se;
    return Math.abs(shift) < 1e-9 ? 0 : Math.sign(shift) * Number.POSITIVE_INFINITY;
  }).sort();
  const tail = (1 - options.level) / 2;
  return { low: mean - quantile(ts, 1 - tail) * se, high: mean - quantile(ts, tail) * se };
}

/** Of sorted values: the one at the rank that is further out. */
export function quantile(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  return sorted[share < 0.5 ? Math.floor(rank) : Math.ceil(rank)] ?? Number.NaN;
}
