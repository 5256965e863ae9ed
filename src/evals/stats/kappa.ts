/** What a person and the judge said of the same case. */
export interface Rating {
  readonly human: string;
  readonly judge: string;
}

export interface KappaOptions {
  /**
   * How far apart two categories are: `none`, any two are different (Cohen 1960); for a scale `linear`, by the steps
   * between them, or `quadratic`, by the square of the steps (Cohen 1968).
   */
  readonly weights: "none" | "linear" | "quadratic";
  /** All that a rating may say; for a scale in its order. */
  readonly categories: readonly string[];
}

/** How many ratings say what: a row for each category of the person, in it a column for each of the judge. */
export type RatingTable = readonly (readonly number[])[];

/**
 * Throws: RangeError: a rating says what is none of the categories.
 */
export function ratingTable(
  ratings: readonly Rating[],
  categories: readonly string[],
): RatingTable {
  const places = new Map(categories.map((category, at) => [category, at]));
  const place = (category: string): number => {
    const at = places.get(category);
    if (at === undefined) {
      throw new RangeError(`"${category}" is none of the categories ${categories.join(", ")}`);
    }
    return at;
  };
  const table = categories.map(() => categories.map(() => 0));
  for (const { human, judge } of ratings) {
    const row = table[place(human)];
    const column = place(judge);
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  }
  return table;
}

/**
 * Cohen's kappa: how much of the disagreement that chance would make is not there, 1 − seen/expected. 1: they always
 * agree; 0: no more often than two who answer independently with the same habits. `null` where chance could not
 * disagree: nobody rated, or all said the same.
 */
export function kappa(ratings: readonly Rating[], options: KappaOptions): number | null {
  return kappaOf(ratingTable(ratings, options.categories), options.weights);
}

export function kappaOf(table: RatingTable, weights: KappaOptions["weights"]): number | null {
  const { seen, expected } = disagreements(table, weights);
  return expected > 0 ? 1 - seen / expected : null;
}

interface Disagreements {
  readonly n: number;
  /** Means of the weights: of what was said, and of what chance would have said. */
  readonly seen: number;
  readonly expected: number;
}

export function disagreements(table: RatingTable, weights: KappaOptions["weights"]): Disagreements {
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = table.map((_, at) => table.reduce((sum, row) => sum + (row[at] ?? 0), 0));
  const n = rows.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  let expected = 0;
  table.forEach((row, i) => {
    row.forEach((count, j) => {
      const apart = weightOf(i, j, table.length, weights);
      seen += apart * count;
      expected += apart * (rows[i] ?? 0) * (columns[j] ?? 0);
    });
  });
  return n === 0 ? { n, seen, expected } : { n, seen: seen / n, expected: expected / n ** 2 };
}

/** From 0 for the same category to 1 for those furthest apart. */
export function weightOf(
  i: number,
  j: number,
  of: number,
  weights: KappaOptions["weights"],
): number {
  if (weights === "none") return i === j ? 0 : 1;
  const apart = Math.abs(i - j) / Math.max(1, of - 1);
  return weights === "linear" ? apart : apart ** 2;
}
