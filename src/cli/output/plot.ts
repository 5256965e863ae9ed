/** What is drawn of a value on a line: where it lies, and from where to where it may. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The ends of an axis. */
export interface Axis {
  readonly from: number;
  readonly to: number;
}

/** What an interval is drawn with; plain characters where there is no terminal. */
export interface Strokes {
  readonly end: readonly [left: string, right: string];
  readonly line: string;
  readonly mean: string;
}

export const strokes: Readonly<Record<"blocks" | "plain", Strokes>> = {
  blocks: { end: ["├", "┤"], line: "─", mean: "●" },
  plain: { end: ["|", "|"], line: "-", mean: "o" },
};

const step = 0.05;

/** An axis that holds all intervals, with ends that are read easily. */
export function axisOf(intervals: readonly Interval[]): Axis {
  const low = Math.min(...intervals.map((interval) => interval.low));
  const high = Math.max(...intervals.map((interval) => interval.high));
  const from = rounded(Math.floor(low / step + 1e-9) * step);
  const to = rounded(Math.ceil(high / step - 1e-9) * step);
  if (to > from) return { from, to };
  return from > 0 ? { from: rounded(from - step), to } : { from, to: rounded(to + step) };
}

/** An interval on a line of `width` characters: `  ├──●──┤    `. */
export function drawInterval(
  { mean, low, high }: Interval,
  { from, to }: Axis,
  width: number,
  { end, line, mean: point }: Strokes,
): string {
  const at = (value: number): number => {
    const column = Math.round(((value - from) / (to - from)) * (width - 1));
    return Math.min(width - 1, Math.max(0, column));
  };
  const cells = Array.from({ length: width }, (_, column) =>
    column > at(low) && column < at(high) ? line : " ",
  );
  cells[at(low)] = end[0];
  cells[at(high)] = end[1];
  cells[at(mean)] = point;
  return cells.join("");
}

/** The ends of an axis above its lines. */
export function drawAxis({ from, to }: Axis, width: number): string {
  const [left, right] = [from.toFixed(2), to.toFixed(2)];
  return `${left}${right.padStart(Math.max(right.length + 1, width - left.length))}`;
}

function rounded(value: number): number {
  return Number(value.toFixed(10));
}
