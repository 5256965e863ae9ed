import { defaults, type Statistics } from "../../config/defaults.ts";
import {
  disagreements,
  type KappaOptions,
  kappaOf,
  type Rating,
  type RatingTable,
  ratingTable,
  weightOf,
} from "./kappa.ts";
import { normalQuantile } from "./normal.ts";

/**
 * How many ratings like these would tell kappa to within ± `halfWidth`; `null` where kappa is. By its standard error for
 * many ratings (Fleiss, Cohen and Everitt 1969), with one more rating that agrees by chance only.
 */
export function labelsNeeded(
  ratings: readonly Rating[],
  halfWidth: number,
  options: KappaOptions & Partial<Statistics>,
): number | null {
  const { level, weights, categories } = { ...defaults.statistics, ...options };
  const table = ratingTable(ratings, categories);
  if (kappaOf(table, weights) === null) return null;
  const z = normalQuantile((1 + level) / 2);
  return Math.ceil(kappaVariance(withOneByChance(table), weights) * (z / halfWidth) ** 2);
}

/** Of one rating: divided by their number it is the square of kappa's standard error. */
export function kappaVariance(table: RatingTable, weights: KappaOptions["weights"]): number {
  const { n, seen, expected } = disagreements(table, weights);
  const { rows, columns } = sharesOf(table);
  const apart = (i: number, j: number): number => weightOf(i, j, table.length, weights);
  const fromRow = rows.map((_, i) => sum(columns.map((share, j) => apart(i, j) * share)));
  const fromColumn = columns.map((_, j) => sum(rows.map((share, i) => apart(i, j) * share)));
  return sum(
    table.flatMap((row, i) =>
      row.map((count, j) => {
        const chance = (fromRow[i] ?? 0) + (fromColumn[j] ?? 0) - 2 * expected;
        const influence = (seen - apart(i, j)) / expected + (seen * chance) / expected ** 2;
        return (count / n) * influence ** 2;
      }),
    ),
  );
}

/** And one more rating, spread over the cells as it would be if both answered independently. */
export function withOneByChance(table: RatingTable): RatingTable {
  const { rows, columns } = sharesOf(table);
  return table.map((row, i) => row.map((count, j) => count + (rows[i] ?? 0) * (columns[j] ?? 0)));
}

function sharesOf(table: RatingTable): { rows: readonly number[]; columns: readonly number[] } {
  const n = sum(table.flat());
  return {
    rows: table.map((row) => sum(row) / n),
    columns: table.map((_, at) => sum(table.map((row) => row[at] ?? 0)) / n),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
