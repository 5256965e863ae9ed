/** ASCII, Arabic, Persian and full-width digits: the last four bits of each are its value. */
const digit = "[0-9\\u0660-\\u0669\\u06f0-\\u06f9\\uff10-\\uff19]";
const gap = "[ \\u00a0\\u2009\\u202f\\u2010-\\u2013-]";

/** What may hold a card: digits in groups; with points between them, four groups of four. UUIDs are passed over. */
const runs = new RegExp(
  [
    "(?<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    `(?<![\\d.])${digit}{4}(?:\\.${digit}{4}){3}(?!\\.?\\d)`,
    `(?<!${digit}|(?<!\\d)\\d{1,6}\\.)${digit}(?:${gap}{0,3}${digit}){12,}`,
  ].join("|"),
  "gi",
);

/** The first digits and the lengths of the networks in use; other numbers whose Luhn digit fits do so by chance. */
const networks =
  /^(?:4\d{12}|3[0689]\d{12}|3[47]\d{13}|(?:2[2-7]|[3-6]\d|8[12])\d{14}|9792\d{12}|[3-6]\d{16,18})$/;
const shortest = 13;
const longest = 19;

/** Every card number becomes `[card]`: 13 to 19 digits of a known network whose check digit (Luhn) is right. */
export function redactCards(text: string): string {
  return text.replace(runs, (run: string, uuid: string | undefined) =>
    uuid === undefined ? withoutCards(run) : run,
  );
}

interface Digit {
  readonly value: string;
  readonly at: number;
}

/** A run may hold more than a card: another one, its expiry, a number before it. Cards begin and end with a group. */
function withoutCards(run: string): string {
  const digits = digitsOf(run);
  const compact = digits.map(({ value }) => value).join("");
  let clean = "";
  let kept = 0;
  let card: { readonly from: number; to: number } | undefined;
  const close = (): void => {
    if (card === undefined) return;
    clean += `${run.slice(kept, card.from)}[card]`;
    kept = card.to;
    card = undefined;
  };
  for (const [index, { at }] of digits.entries()) {
    if (index > 0 && digits[index - 1]?.at === at - 1) continue;
    const length = cardLength(digits, compact, index);
    if (length === 0) continue;
    const to = (digits[index + length - 1]?.at ?? at) + 1;
    if (card !== undefined && at < card.to) {
      card.to = Math.max(card.to, to);
    } else {
      close();
      card = { from: at, to };
    }
  }
  close();
  return clean + run.slice(kept);
}

function digitsOf(run: string): Digit[] {
  const digits: Digit[] = [];
  for (let at = 0; at < run.length; at++) {
    const code = run.charCodeAt(at);
    const isGap = code < 48 || (code >= 0xa0 && code < 0x660) || (code >= 0x2000 && code < 0xff10);
    if (!isGap) digits.push({ value: String(code & 15), at });
  }
  return digits;
}

/** The digits of the longest card that begins here and ends with a group; 0 when none does. */
function cardLength(digits: readonly Digit[], compact: string, from: number): number {
  for (let length = longest; length >= shortest; length--) {
    const last = digits[from + length - 1];
    if (last === undefined || digits[from + length]?.at === last.at + 1) continue;
    const number = compact.slice(from, from + length);
    if (networks.test(number) && isLuhnValid(number)) return length;
  }
  return 0;
}

function isLuhnValid(number: string): boolean {
  let sum = 0;
  for (let index = number.length - 1, double = false; index >= 0; index--, double = !double) {
    const value = number.charCodeAt(index) - 48;
    sum += double ? (value > 4 ? value * 2 - 9 : value * 2) : value;
  }
  return sum % 10 === 0;
}
