export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The interval of a proportion (Wilson 1927): all true shares from which the one that was seen is not further than `z`
 * standard errors. Unlike p ± z·SE it stays within 0 and 1, and has a width where all passed or all failed.
 *
 * Means of graded scores fit, too: no score from 0 to 1 varies more than a pass or fail of the same mean. With the
 * number of cases as `n` the interval is then too wide rather than too narrow; with n = m(1 − m)/SE², the number of
 * passes and fails that would tell as much, it is as wide as m ± z·SE, and bent away from the ends of the scale.
 */
export function wilson(mean: number, n: number, z: number): Interval {
  const square = z ** 2;
  const middle = (mean + square / (2 * n)) / (1 + square / n);
  const half = (z / (1 + square / n)) * Math.sqrt((mean * (1 - mean)) / n + square / (4 * n * n));
  return {
    low: Math.max(0, Math.min(mean, middle - half)),
    high: Math.min(1, Math.max(mean, middle + half)),
  };
}
