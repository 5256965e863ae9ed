/** How numbers are written in a text. */
export interface NumberFormat {
  /** The decimal mark; the other one groups thousands. Default: `.` */
  readonly decimal?: "." | "," | undefined;
}

/**
 * A run of digits with all that may belong to it: sign, groups, decimals, exponent. A hyphen that follows a letter or a
 * digit is none of a number's: `GPT-4`, `2026-11-24`.
 */
const candidates =
  /(?<![\p{L}\p{N}])[-+]?(?:\d[\d.,'\u{a0}\u{202f}\u{2009}]*\d|\d|[.,]\d+)(?:e[-+]?\d+(?!\p{L}))?/giu;

/** A number in a text, or what looks like one and can be read in more than one way, or in none. */
export type FoundNumber =
  | { readonly text: string; readonly value: number }
  | { readonly text: string; readonly value: null };

/**
 * The numbers of a text, in its order: "$1,234.50" is 1234.5, "12 %" is 12. What does not fit the format, as "1.234,50" with
 * a decimal point, is found and not read: nobody can tell what is meant.
 */
export function numbersIn(text: string, { decimal = "." }: NumberFormat = {}): FoundNumber[] {
  // Full-width digits and the like become plain ones; typographic signs and apostrophes, too.
  const plain = text
    .replace(/[\u{a0}\u{202f}\u{2009}]/gu, "\u{a0}")
    .replace(/[\u{2212}\u{2010}\u{2011}]/gu, "-")
    .replace(/[\u{2018}\u{2019}]/gu, "'")
    .replace(/[\u{ff0b}-\u{ff19}]/gu, (character) => character.normalize("NFKC"));
  return [...plain.matchAll(candidates)].map(([found]) => ({
    text: found,
    value: numberOf(found, decimal),
  }));
}

const groupMarks = { ".": ",", ",": "." } as const;

function numberOf(found: string, decimal: "." | ","): number | null {
  const [, sign = "", whole = "", rest, exponent = ""] =
    (decimal === "." ? withPoint : withComma).exec(found) ?? [];
  if (whole === "" && rest === undefined) return null;
  const marks = new Set(whole.replace(/\d/g, ""));
  if (marks.size > 1) return null;
  const [mark] = marks;
  const groups = mark === undefined ? [whole] : whole.split(mark);
  const isGrouped = groups.every((group, index) =>
    index === 0 ? group.length > 0 && group.length <= 3 : group.length === 3,
  );
  if (groups.length > 1 && !isGrouped) return null;
  if (mark !== undefined && mark !== groupMarks[decimal] && mark !== "'" && mark !== "\u{a0}") {
    return null;
  }
  return Number(`${sign}${groups.join("")}.${rest ?? "0"}${exponent}`);
}

const withPoint = /^([-+]?)([\d,'\u{a0}]*)(?:\.(\d+))?(e[-+]?\d+)?$/iu;
const withComma = /^([-+]?)([\d.'\u{a0}]*)(?:,(\d+))?(e[-+]?\d+)?$/iu;
