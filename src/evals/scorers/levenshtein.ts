import { type Compare, comparing } from "./compare.ts";
import { refuseTooLong } from "./matching.ts";
import { normalize, type TextOptions } from "./normalize.ts";
import { text } from "./read.ts";

/**
 * How alike two texts are: 1 − distance / length of the longer one, where the distance is the least number of characters
 * (code points, in NFC) that are put in, taken out or replaced (Levenshtein 1966).
 *
 * @example levenshtein({ passAt: 0.9 })
 */
export const levenshtein: Compare<string, string, TextOptions> = comparing({
  name: "levenshtein",
  actual: text,
  wanted: text,
  score: (actual, wanted, options: TextOptions) => {
    const [one, other] = [normalize(actual, options), normalize(wanted, options)];
    const longest = Math.max([...one].length, [...other].length);
    return longest === 0 ? 1 : 1 - distance(one, other) / longest;
  },
});

/** The Levenshtein distance, by one row of the table at a time. */
export function distance(one: string, other: string): number {
  const [from, to] = [[...one], [...other]];
  refuseTooLong(from.length, to.length);
  let before = Uint32Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [at, character] of from.entries()) {
    const row = new Uint32Array(to.length + 1);
    row[0] = at + 1;
    for (let index = 0; index < to.length; index++) {
      const replaced = (before[index] ?? 0) + (character === to[index] ? 0 : 1);
      row[index + 1] = Math.min(replaced, (before[index + 1] ?? 0) + 1, (row[index] ?? 0) + 1);
    }
    before = row;
  }
  return before[to.length] ?? 0;
}
