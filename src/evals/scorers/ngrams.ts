export interface Ngrams {
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
}

/** The runs of `n` words in a row, and how often each is there. */
export function ngramsOf(words: readonly string[], n: number): Ngrams {
  const counts = new Map<string, number>();
  const total = Math.max(words.length - n + 1, 0);
  for (let start = 0; start < total; start++) {
    // No word holds a space.
    const gram = words.slice(start, start + n).join(" ");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return { counts, total };
}

/** How many both have, each counted as often as the side with fewer has it. */
export function inCommon(
  some: ReadonlyMap<string, number>,
  others: ReadonlyMap<string, number>,
): number {
  let sum = 0;
  for (const [gram, count] of some) sum += Math.min(count, others.get(gram) ?? 0);
  return sum;
}
