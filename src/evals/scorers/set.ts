import { canonical } from "../../call/canonical.ts";
import { type Compare, comparing } from "./compare.ts";
import { type MeasureOptions, ratios } from "./f1.ts";
import { normalize, type TextOptions } from "./normalize.ts";
import { list } from "./read.ts";

/**
 * Precision, recall or F1 of a list as a set: neither order nor repetition count.
 *
 * @example setMatch({ of: (ticket: Ticket) => ticket.tags, measure: "recall" })
 */
export const setMatch: Compare<
  readonly unknown[],
  readonly unknown[],
  MeasureOptions & TextOptions
> = comparing({
  name: "set",
  actual: list,
  wanted: list,
  score: (actual, wanted, options: MeasureOptions & TextOptions) =>
    compareSets(actual, wanted, options),
});

/** Sets against each other, with what is missing and what is too much as the reason. */
export function compareSets(
  actual: readonly unknown[],
  wanted: readonly unknown[],
  { measure = "f1", ...text }: MeasureOptions & TextOptions,
): { score: number; reason: string | undefined } {
  const keyOf = (value: unknown): string =>
    canonical(typeof value === "string" ? normalize(value, text) : value);
  const [given, expected] = [new Set(actual.map(keyOf)), new Set(wanted.map(keyOf))];
  const missing = [...expected].filter((key) => !given.has(key));
  const extra = [...given].filter((key) => !expected.has(key));
  const reasons = [
    ...(missing.length > 0 ? [`missing: ${missing.slice(0, 5).join(", ")}`] : []),
    ...(extra.length > 0 ? [`too much: ${extra.slice(0, 5).join(", ")}`] : []),
  ];
  const hits = expected.size - missing.length;
  return {
    score: ratios(hits, given.size, expected.size)[measure],
    reason: reasons.length > 0 ? reasons.join("; ") : undefined,
  };
}
