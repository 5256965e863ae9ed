import { quantile } from "../measure/stats.ts";
import type { Vitals } from "./vitals.ts";

/** What a series of quiet moments says about one of the vitals. */
export interface Verdict {
  readonly of: keyof Vitals;
  readonly first: number;
  readonly last: number;
  /** Growth from one moment to the next: the median of all slopes between two of them. */
  readonly slope: number;
  readonly isLeak: boolean;
}

/** Moments before the first judged one: caches fill, code is compiled, connections are opened. */
const warmUpShare = 0.3;

/** How far each may grow over the judged moments and still be the noise of a healthy process. */
const tolerance: Readonly<Record<Exclude<keyof Vitals, "rss">, number>> = {
  heap: 3 * 1024 * 1024,
  timers: 4,
  sockets: 32,
  listeners: 2,
};

/** Kendall's tau over its standard error, beyond which growth is no chance: one in two hundred, one-sided. */
const certainZ = 2.58;

/**
 * Judges each of the vitals: a leak grows steadily (Mann-Kendall trend test) and by more than noise does (Theil-Sen
 * slope over the judged moments). RSS is shown and not judged: allocators give memory back when they like.
 */
export function judge(moments: readonly Vitals[]): Verdict[] {
  const judged = moments.slice(Math.floor(moments.length * warmUpShare));
  return (["heap", "timers", "sockets", "listeners", "rss"] as const).map((of) => {
    const values = judged.map((vitals) => vitals[of]);
    const slope = quantile(slopesOf(values), 0.5);
    const grown = slope * (values.length - 1);
    const isLeak = of !== "rss" && grown > tolerance[of] && trendOf(values) > certainZ;
    return { of, first: values[0] ?? 0, last: values.at(-1) ?? 0, slope, isLeak };
  });
}

function slopesOf(values: readonly number[]): number[] {
  return pairsOf(values).map(([earlier, later, distance]) => (later - earlier) / distance);
}

function trendOf(values: readonly number[]): number {
  const n = values.length;
  const score = pairsOf(values).reduce((sum, [a, b]) => sum + Math.sign(b - a), 0);
  return (score - 1) / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
}

function pairsOf(values: readonly number[]): [earlier: number, later: number, distance: number][] {
  return values.flatMap((later, at) =>
    values
      .slice(0, at)
      .map((earlier, before): [number, number, number] => [earlier, later, at - before]),
  );
}
