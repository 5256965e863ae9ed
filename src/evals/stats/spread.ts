import { type RobustMean, robustMean } from "./robust-mean.ts";
import type { Unit } from "./units.ts";

/** Below so many units that differ, what they show of the spread is not enough. */
export const enough = 20;

/**
 * The mean difference, and its standard error. Where few units differ, two more are reckoned with for the spread, one
 * that rose and one that fell by as much as the greatest difference seen, or by all where none was seen (Bonett and
 * Price 2012, for passes and fails): that none of 20 cases differs does not mean that none ever will.
 */
export function spreadOf(units: readonly Unit[]): Pick<RobustMean, "mean" | "se" | "df"> {
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
