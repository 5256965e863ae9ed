import type { Scored } from "../scorer.ts";
import { type Compare, comparing } from "./compare.ts";
import { short } from "./differences.ts";
import { normalize } from "./normalize.ts";
import { text, texts } from "./read.ts";

export interface ContainsOptions {
  /** `false`: capitals count as small letters. Default: `true`. */
  readonly caseSensitive?: boolean | undefined;
}

/**
 * Whether the text contains another one.
 *
 * @example contains({ expected: "30 days" })
 */
export const contains: Compare<string, string, ContainsOptions> = comparing({
  name: "contains",
  actual: text,
  wanted: text,
  score: (actual, wanted, options: ContainsOptions) => containsAllOf(actual, [wanted], options),
});

/** Whether the text contains one of several texts at least. */
export const containsAny: Compare<string, readonly string[], ContainsOptions> = comparing({
  name: "contains-any",
  actual: text,
  wanted: texts,
  score: (actual, wanted, options: ContainsOptions) => {
    const isThere = missingIn(actual, wanted, options).length < wanted.length;
    return {
      score: isThere ? 1 : 0,
      reason: isThere ? undefined : `none of ${short(wanted)} is there`,
    };
  },
});

/** The share of several texts that the text contains; 1: all of them. */
export const containsAll: Compare<string, readonly string[], ContainsOptions> = comparing({
  name: "contains-all",
  actual: text,
  wanted: texts,
  score: containsAllOf,
});

function containsAllOf(
  actual: string,
  wanted: readonly string[],
  options: ContainsOptions,
): Scored {
  const missing = missingIn(actual, wanted, options);
  const reason = missing.length === 0 ? undefined : `missing: ${missing.map(short).join(", ")}`;
  return { score: 1 - missing.length / wanted.length, reason };
}

function missingIn(
  actual: string,
  wanted: readonly string[],
  { caseSensitive }: ContainsOptions,
): string[] {
  const options = { caseSensitive, trim: false };
  const whole = normalize(actual, options);
  return wanted.filter((one) => !whole.includes(normalize(one, options)));
}
