import { type Compare, comparing } from "./compare.ts";
import { difference } from "./differences.ts";
import type { TextOptions } from "./normalize.ts";
import { anything } from "./read.ts";

/**
 * Whether the output is what the case expects. Texts are compared in NFC, without white space at their ends; other values
 * deeply, with all texts in them.
 *
 * @example exact({ of: (output: Answer) => output.label, caseSensitive: false })
 */
export const exact: Compare<unknown, unknown, TextOptions> = comparing({
  name: "exact",
  actual: anything,
  wanted: anything,
  score: (actual, wanted, options: TextOptions) => {
    const reason = difference(actual, wanted, { text: options });
    return { score: reason === undefined ? 1 : 0, reason };
  },
});
