import type { Statistics } from "../../config/defaults.ts";
import { normalQuantile } from "./normal.ts";
import type { Interval } from "./wilson.ts";

export interface Correlation extends Interval {
  readonly n: number;
  readonly rho: number;
}

/** With fewer pairs the interval is as wide as the scale. */
const fewest = 10;

/**
 * How far two values rise together, by their ranks: Spearman's rank correlation, with the interval of Fisher's z and the
 * standard error of Bonett and Wright (2000). `null` for less than 10 pairs, and where one side is always the same.
 */
export function spearman(
  pairs: readonly (readonly [number, number])[],
  { level }: Pick<Statistics, "level">,
): Correlation | null {
  const n = pairs.length;
  if (n < fewest) return null;
  const a = ranksOf(pairs.map(([first]) => first));
  const b = ranksOf(pairs.map(([, second]) => second));
  const middle = (n + 1) / 2;
  const product = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, rank, index) => sum + (rank - middle) * ((y[index] ?? middle) - middle), 0);
  const spread = Math.sqrt(product(a, a) * product(b, b));
  if (spread === 0) return null;
  const rho = product(a, b) / spread;
  const z = Math.atanh(Math.max(-1 + 1e-12, Math.min(1 - 1e-12, rho)));
  const half = normalQuantile((1 + level) / 2) * Math.sqrt((1 + rho ** 2 / 2) / (n - 3));
  return { n, rho, low: Math.tanh(z - half), high: Math.tanh(z + half) };
}

/** Equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]?.value === sorted[start]?.value) end++;
    for (const { index } of sorted.slice(start, end)) ranks[index] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
