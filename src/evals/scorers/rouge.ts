import { type Compare, comparing } from "./compare.ts";
import { type MeasureOptions, ratios } from "./f1.ts";
import { inCommonOrder } from "./matching.ts";
import { inCommon, ngramsOf } from "./ngrams.ts";
import { text, texts } from "./read.ts";

/**
 * ROUGE-L: how much of the longest common subsequence of words the output and a reference have, as F1 (Lin 2004). Words
 * are runs of letters and digits in small letters, without stemming, as Google's `rouge-score` has them; scripts without
 * spaces count by character. Of several references the best one counts.
 *
 * @example rougeL({ measure: "recall" })
 */
export const rougeL: Compare<string, string | readonly string[], MeasureOptions> = comparing({
  name: "rouge-l",
  actual: text,
  wanted: texts,
  score: (actual, wanted, { measure = "f1" }: MeasureOptions) =>
    best(wanted, (reference) => {
      const [given, words] = [wordsOf(actual), wordsOf(reference)];
      const hits = inCommonOrder(given.length, words.length, (at, to) => given[at] === words[to]);
      return ratios(hits, given.length, words.length)[measure];
    }),
});

export interface RougeNOptions extends MeasureOptions {
  /** Words in a row; 1 to 9. Default: 1. */
  readonly n?: number | undefined;
}

/** ROUGE-N: the runs of `n` words that the output and a reference have in common (Lin 2004); words as for {@link rougeL}. */
export const rougeN: Compare<string, string | readonly string[], RougeNOptions> = comparing({
  name: "rouge-n",
  actual: text,
  wanted: texts,
  check: ({ n = 1 }: RougeNOptions) => {
    if (!Number.isInteger(n) || n < 1 || n > 9) {
      throw new RangeError(
        `The scorer rouge-n: \`n\` must be a whole number from 1 to 9, not ${n}`,
      );
    }
  },
  score: (actual, wanted, { n = 1, measure = "f1" }: RougeNOptions) =>
    best(wanted, (reference) => {
      const [given, words] = [wordsOf(actual), wordsOf(reference)];
      const [some, others] = [ngramsOf(given, n), ngramsOf(words, n)];
      // Texts shorter than n words have nothing in common, unless they are the same.
      if (some.total + others.total === 0) return given.join(" ") === words.join(" ") ? 1 : 0;
      return ratios(inCommon(some.counts, others.counts), some.total, others.total)[measure];
    }),
});

function best(references: readonly string[], score: (reference: string) => number): number {
  return Math.max(...references.map(score));
}

const spaceless = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((script) => `\\p{Script=${script}}`)
  .join("");
const word = new RegExp(`[${spaceless}]|(?:(?![${spaceless}])[\\p{L}\\p{N}\\p{M}])+`, "gu");

function wordsOf(text: string): readonly string[] {
  return text.normalize("NFC").toLowerCase().match(word) ?? [];
}
