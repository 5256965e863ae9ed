import { defaults, type Statistics } from "../../config/defaults.ts";
import type { Pair } from "./paired-difference.ts";
import { spreadOf } from "./spread.ts";
import { tQuantile } from "./student-t.ts";
import { unitsOf } from "./units.ts";

/**
 * The smallest true difference that pairs like these would show as significant as often as `power` says; `null` where
 * none would: fewer than six cases or clusters never differ by more than chance, however much they differ.
 *
 * (t₁₋α/₂ + t₁₋β)·SE (Miller 2024, arXiv:2411.00640, section 5), where SE is that of the differences seen and of those
 * to come: a true difference is taken to come from cases that change as a whole, e.g. that break, which spreads the
 * differences more than if all changed a little. Where few pairs differ, SE counts two more that do.
 */
export function detectable(
  pairs: readonly Pair[],
  options: Partial<Statistics> = {},
): number | null {
  const rule = { ...defaults.statistics, ...options };
  const { units, freedom, variance, step } = pilotOf(pairs);
  if (units < fewestUnits(rule.level)) return null;
  const perUnit = reach(freedom * (units - 1), rule) / units;
  const change = perUnit * step;
  return Math.min(1, (change + Math.sqrt(change ** 2 + 4 * perUnit * variance)) / 2);
}

/** How many cases like these would show a true difference of `effect` as often as `power` says; `effect` above 0. */
export function casesFor(
  effect: number,
  pairs: readonly Pair[],
  options: Partial<Statistics> = {},
): number {
  const rule = { ...defaults.statistics, ...options };
  const { units, freedom, variance, step } = pilotOf(pairs);
  const needed = (reached: number): number => (reached * (variance + effect * step)) / effect ** 2;
  let count = needed(reach(Number.POSITIVE_INFINITY, rule));
  // Fewer units have a wider t, which asks for a few more: a fixed point, reached from below.
  for (let change = 1, round = 0; change > 0.01 && round < 20; round++) {
    const more = needed(reach(Math.max(2, freedom * (count - 1)), rule));
    change = Math.abs(more - count);
    count = more;
  }
  const fewest = fewestUnits(rule.level);
  return Math.ceil((Math.max(fewest, count) * Math.max(1, pairs.length)) / Math.max(1, units));
}

/** The square of how many standard errors a difference must be away from 0 to be seen as often as wanted. */
function reach(df: number, { level, power }: Statistics): number {
  return (tQuantile((1 + level) / 2, df) + tQuantile(power, df)) ** 2;
}

/** That all of them change in the same direction must be rarer by chance than the level says: 2·½ᵏ ≤ α. */
function fewestUnits(level: number): number {
  return Math.ceil(Math.log2(2 / (1 - level)) - 1e-9);
}

/** What pairs tell of those to come: the variance for each unit, and what each 1 of a true difference adds to it. */
function pilotOf(pairs: readonly Pair[]): {
  readonly units: number;
  /** Degrees of freedom, as a share of those that clusters of one size would have. */
  readonly freedom: number;
  readonly variance: number;
  readonly step: number;
} {
  const units = unitsOf(pairs, ({ before, after }) => after - before);
  if (units.length === 0) return { units: 0, freedom: 1, variance: 1, step: 1 };
  const { se, df } = spreadOf(units);
  const variance = se ** 2 * units.length;
  const freedom = Math.min(1, df / (units.length - 1));
  const squares = pairs.reduce((sum, { before, after }) => sum + (after - before) ** 2, 0);
  const seen = squares / pairs.length;
  const broken = stepOf(
    pairs.map(({ before }) => before),
    seen,
  );
  const mended = stepOf(
    pairs.map(({ before }) => 1 - before),
    seen,
  );
  const step = (Math.max(0, broken, mended) * units.length) / pairs.length;
  return { units: units.length, freedom, variance, step };
}

/**
 * A difference of δ that takes all from some cases takes it from a share δ/E[x] of them, and replaces their part in the
 * mean square of the differences by E[x²].
 */
function stepOf(all: readonly number[], seen: number): number {
  const sum = all.reduce((total, x) => total + x, 0);
  const squares = all.reduce((total, x) => total + x ** 2, 0);
  return sum === 0 ? 0 : (squares - seen * all.length) / sum;
}
