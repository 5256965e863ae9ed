/**
 * The most pairs of `count` things with `wanted` things, each in one pair at most, where `fits` says which may be paired.
 * From the index of what is wanted to what was given it. Augmenting paths (Kuhn).
 */
export function bestMatching(
  count: number,
  wanted: number,
  fits: (at: number, to: number) => boolean,
): ReadonlyMap<number, number> {
  const taken = new Map<number, number>();
  const offered = (at: number, tried: Set<number>): boolean => {
    for (let to = 0; to < wanted; to++) {
      if (tried.has(to) || !fits(at, to)) continue;
      tried.add(to);
      const holder = taken.get(to);
      if (holder === undefined || offered(holder, tried)) {
        taken.set(to, at);
        return true;
      }
    }
    return false;
  };
  for (let at = 0; at < count; at++) offered(at, new Set());
  return taken;
}

/** The length of the longest common subsequence: what stands in both, in the same order. */
export function inCommonOrder(
  count: number,
  wanted: number,
  fits: (at: number, to: number) => boolean,
): number {
  refuseTooLong(count, wanted);
  let before = new Uint32Array(wanted + 1);
  for (let at = 0; at < count; at++) {
    const row = new Uint32Array(wanted + 1);
    for (let to = 0; to < wanted; to++) {
      row[to + 1] = fits(at, to)
        ? (before[to] ?? 0) + 1
        : Math.max(before[to + 1] ?? 0, row[to] ?? 0);
    }
    before = row;
  }
  return before[wanted] ?? 0;
}

/** Each of one text with each of the other takes about a second for this many on a busy machine, and nothing else runs. */
const mostComparisons = 25_000_000;

export function refuseTooLong(count: number, wanted: number): void {
  if (count * wanted <= mostComparisons) return;
  throw new RangeError(
    `Texts of ${count} and ${wanted} units are too long to be compared: shorten them by \`of\` and \`expected\``,
  );
}
