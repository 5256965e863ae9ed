import { type Compare, comparing } from "./compare.ts";
import type { MeasureOptions } from "./f1.ts";
import { list, text } from "./read.ts";
import { compareSets } from "./set.ts";

export interface CitationsOptions extends MeasureOptions {
  /** Finds the sources that a text cites. Default: numbers in brackets, as in `[1]`, `[1, 3]`, `[2–4]` and `[^1]`. */
  readonly find?: ((text: string) => readonly (string | number)[]) | undefined;
}

/**
 * How well the sources that a text cites are those that were expected: F1, precision or recall over sources, each counted
 * once. Whether they say what the text says of them is for a judge to tell.
 *
 * @example citations({ expected: (expected: { sources: number[] }) => expected.sources })
 */
export const citations: Compare<string, readonly (string | number)[], CitationsOptions> = comparing(
  {
    name: "citations",
    actual: text,
    wanted: (value, what) => list(value, what).map(String),
    score: (actual, wanted, { find = numbersCited, measure }: CitationsOptions) =>
      compareSets(find(actual).map(String), wanted, { measure }),
  },
);

const brackets = /\[\^?\d{1,4}(?:\s*[-–,;]\s*\^?\d{1,4})*\]/gu;
const spans = /(\d+)(?:\s*[-–]\s*(\d+))?/g;
const longestSpan = 100;

function numbersCited(text: string): readonly string[] {
  return [...text.matchAll(brackets)]
    .flatMap(([found]) => [...found.matchAll(spans)])
    .flatMap(([, from, to = from]) => spanOf(Number(from), Number(to)));
}

function spanOf(from: number, to: number): string[] {
  const length = to - from + 1;
  if (length < 1 || length > longestSpan) return [String(from), String(to)];
  return Array.from({ length }, (_, index) => String(from + index));
}
