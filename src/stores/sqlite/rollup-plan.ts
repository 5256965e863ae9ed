/** From a moment until before another, in milliseconds since the epoch. */
export type Range = readonly [from: number, until: number];

/** Where the figures of a range of time come from; together the parts are the range, and no two of them overlap. */
export interface RollupPlan {
  /** Rollups of spans of this length that begin within the range. */
  readonly rollups: readonly (readonly [span: number, ...Range])[];
  /** Events that began within these ranges. */
  readonly events: readonly Range[];
}

/** The spans that are rolled up, in milliseconds: ten minutes, and UTC days for what is long ago. */
export const rollupSpans = { slot: 600_000, day: 86_400_000 } as const;

/** All time: what a filter without `since` and `until` means. Multiples of every span. */
export const allTime: Range = [-rollupSpans.day * 1e7, rollupSpans.day * 1e7];

/**
 * The longest spans that lie whole in the range and are not due; then shorter ones in what is left; then events.
 *
 * @param due the beginnings of spans whose rollups are missing or old, by their length, ascending
 */
export function planOf(range: Range, due: (span: number) => readonly number[]): RollupPlan {
  const rollups: (readonly [span: number, ...Range])[] = [];
  let left: readonly Range[] = [range];
  for (const span of [rollupSpans.day, rollupSpans.slot]) {
    const starts = due(span);
    const parts = left.map((whole) => divide(whole, span, starts));
    rollups.push(...parts.flatMap(({ rolled }) => rolled.map((part) => [span, ...part] as const)));
    left = parts.flatMap(({ rest }) => rest);
  }
  return { rollups, events: left };
}

function divide(
  [from, until]: Range,
  span: number,
  due: readonly number[],
): { rolled: Range[]; rest: Range[] } {
  const rolled: Range[] = [];
  const rest: Range[] = [];
  const end = Math.floor(until / span) * span;
  let at = Math.min(Math.ceil(from / span) * span, until);
  push(rest, [from, at]);
  for (const start of due) {
    if (start < at || start >= end) continue;
    push(rolled, [at, start]);
    push(rest, [start, start + span]);
    at = start + span;
  }
  if (at < end) {
    push(rolled, [at, end]);
    at = end;
  }
  push(rest, [at, until]);
  return { rolled, rest };
}

/** Adds a range, as one with the last where they touch. */
function push(ranges: Range[], [from, until]: Range): void {
  if (from >= until) return;
  const last = ranges.at(-1);
  if (last?.[1] === from) ranges[ranges.length - 1] = [last[0], until];
  else ranges.push([from, until]);
}
