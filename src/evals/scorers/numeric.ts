import type { Scored } from "../scorer.ts";
import { type Compare, comparing } from "./compare.ts";
import { type NumberFormat, numbersIn } from "./numbers.ts";
import { text } from "./read.ts";
import { checkTolerance, isNear, type Tolerance } from "./tolerance.ts";

export interface NumericOptions extends NumberFormat, Tolerance {
  /** Which number of a text that holds several. Default: `only`, which refuses such a text. */
  readonly pick?: "only" | "first" | "last" | undefined;
}

/**
 * Whether the output is the number that the case expects, or near enough. Numbers are read out of text: currencies, units
 * and percent signs do not count, marks of thousands do no harm.
 *
 * @throws RangeError for a text whose number cannot be told: that is no score of 0, but a fault to mend by the options.
 * @example numeric({ of: (answer: string) => answer, relative: 0.01, pick: "last" })
 */
export const numeric: Compare<number | string, number | string, NumericOptions> = comparing({
  name: "numeric",
  actual: numberOrText,
  wanted: numberOrText,
  check: (options: NumericOptions) => checkTolerance("numeric", options),
  score: (actual, wanted, options: NumericOptions): Scored => {
    const expected = numberOf(wanted, { ...options, pick: "only" });
    if (expected === undefined) throw new RangeError(`\`expected\` holds no number: ${wanted}`);
    const given = numberOf(actual, options);
    if (given === undefined) return { score: 0, reason: "there is no number" };
    return isNear(given, expected, options)
      ? { score: 1 }
      : { score: 0, reason: `${given} instead of ${expected}` };
  },
});

function numberOrText(value: unknown, what: string): number | string {
  return typeof value === "number" ? value : text(value, what);
}

function numberOf(value: number | string, options: NumericOptions): number | undefined {
  if (typeof value === "number") return value;
  const { pick = "only" } = options;
  const found = numbersIn(value, options);
  const chosen = pick === "last" ? found.at(-1) : found[0];
  if (chosen === undefined) return undefined;
  if (pick === "only" && found.some((other) => other.value !== chosen.value)) {
    const all = found.map((one) => one.text).join(", ");
    throw new RangeError(
      `The text holds several numbers (${all}): say which one by \`pick\` or \`of\``,
    );
  }
  if (chosen.value === null) {
    throw new RangeError(`${chosen.text} can be read in more than one way: say how by \`decimal\``);
  }
  return chosen.value;
}
