import { defaults, type Statistics } from "../../config/defaults.ts";
import { quantile } from "./bootstrap.ts";
import {
  disagreements,
  type KappaOptions,
  kappaOf,
  type Rating,
  type RatingTable,
  ratingTable,
} from "./kappa.ts";
import { withOneByChance } from "./kappa-variance.ts";
import { normalQuantile } from "./normal.ts";
import { seeded } from "./random.ts";
import { type Interval, wilson } from "./wilson.ts";

export interface KappaInterval extends Interval {
  readonly kappa: number;
  /** Ratings. */
  readonly n: number;
}

/**
 * Kappa with its percentile bootstrap interval (Efron 1979); `null` where kappa is. Few disagreements show too little of
 * the spread, so the interval also covers that of the same ratings and one more that agrees by chance only, and without
 * weights, or without any disagreement, what Wilson's interval of the agreement makes of kappa.
 */
export function kappaInterval(
  ratings: readonly Rating[],
  options: KappaOptions & Partial<Statistics>,
): KappaInterval | null {
  const rule = { ...defaults.statistics, ...options };
  const table = ratingTable(ratings, rule.categories);
  const found = kappaOf(table, rule.weights);
  if (found === null) return null;
  const { n, seen, expected } = disagreements(table, rule.weights);
  const reaches = [table, withOneByChance(table)].map((drawnFrom) =>
    percentiles(drawnFrom, n, rule),
  );
  if (seen === 0 || rule.weights === "none") {
    const agreement = wilson(1 - seen, n, normalQuantile((1 + rule.level) / 2));
    const kappaAt = (agreed: number): number => Math.max(-1, 1 - (1 - agreed) / expected);
    reaches.push({ low: kappaAt(agreement.low), high: kappaAt(agreement.high) });
  }
  return {
    kappa: found,
    n,
    low: Math.min(found, ...reaches.map(({ low }) => low)),
    high: Math.max(found, ...reaches.map(({ high }) => high)),
  };
}

function percentiles(table: RatingTable, n: number, rule: KappaOptions & Statistics): Interval {
  const random = seeded(rule.seed);
  const upTo = countedUp(table);
  const all = upTo.at(-1) ?? 0;
  const kappas: number[] = [];
  for (let resample = 0; resample < rule.resamples; resample++) {
    const counts = table.map((row) => row.map(() => 0));
    for (let drawn = 0; drawn < n; drawn++) {
      const cell = firstAbove(upTo, random() * all);
      const row = counts[Math.floor(cell / table.length)] ?? [];
      const column = cell % table.length;
      row[column] = (row[column] ?? 0) + 1;
    }
    const found = kappaOf(counts, rule.weights);
    if (found !== null) kappas.push(found);
  }
  const sorted = Float64Array.from(kappas).sort();
  const tail = (1 - rule.level) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

/** Counts of the cells in their order, each with all before it. */
function countedUp(table: RatingTable): Float64Array {
  let all = 0;
  return Float64Array.from(table.flat(), (count) => {
    all += count;
    return all;
  });
}

/** The first place that holds more, by halves: a scale of 101 verdicts has 10,201 cells. */
function firstAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((sorted[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
