const gap = "[ \\u00a0\\u202f./()\\u2010-\\u2013-]";

const dates = [
  "\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}(?!\\d)",
  "\\d{1,2}(?<point>[-/.])\\d{1,2}\\k<point>(?:\\d{4}|\\d{2})(?![-/.]?\\d)",
];

/** Numbers of other kinds, passed over whole, so that no part of one is taken for a telephone number. */
const others = [
  "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
  ...dates,
  "(?<![a-z\\d])[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![a-z\\d])",
  "[1-9]\\d{3}(?:[ -]\\d{4}){2,4}(?!\\d)",
].join("|");

/** How numbers are written that say by themselves what they are. */
const shapes = [
  // +49 170 1234567, +1 (415) 555-2671, +442079460958
  `(?<plus>[(]?[+＋] ?[1-9](?:${gap}{0,3}\\d){6,14})`,
  // 0049 170 1234567, 00442079460958
  `00(?:[1-9]\\d{0,2}${gap}{1,2}\\d(?:${gap}{0,3}\\d){5,11}|[1-9]\\d{9,12})`,
  // (415) 555-2671, 1-800-555-0199, 415.555.2671, 415 555 2671
  "(?:1[-. ])?(?:[(][2-9]\\d{2}[)][-. ]?\\d{3}[-. ]|[2-9]\\d{2}(?:-\\d{3}[- ]|[.]\\d{3}[.]|[ ][2-9]\\d{2}[- ]))\\d{4}",
  // 01 23 45 67 89, 01.23.45.67.89
  "0[1-9](?<pair>[ .-])\\d{2}(?:\\k<pair>\\d{2}){3}",
  // (030) 901820, 030 901820, 020 7946 0958, 03-1234-5678, 0151/23456789
  "(?<trunk>(?:[(]0\\d{1,5}[)][ /-]{0,3}|0[1-9]\\d{0,4}[ -](?!(?:19|20)\\d\\d-\\d\\d-)|0[1-9]\\d{1,4}(?: ?[/–] ?| - ))\\d{2,8}(?:[ -]\\d{2,5}){0,4})",
  // 07911123456, 015112345678
  "07\\d{9}|01[567]\\d{8,9}",
  // 8 (495) 123-45-67, 8 800 555-35-35, (11) 91234-5678
  "(?:(?:8[ -]?)?[(]\\d{3}[)][ -]?|8[ -]\\d{3}[ -])\\d{3}(?:[ -]\\d{2}){2}|[(]\\d{2}[)] ?9?\\d{4}-\\d{4}",
].join("|");

/** Words that a telephone number follows, and what may stand between. */
const words =
  "tel|t[eé]l[eé]phones?|t[eé]l|phones?|(?:cell|smart)phones?|telefon(?:e|nummer)?|tel[eé]fono|mobile?|m[oó]vil|celular|handy(?:nummer)?|rufnummer|fax|whatsapp|sms|call|тел|телефон|电话|電話|手机|携帯|전화";
const between =
  "(?:[\\s:：=#.,\"'_*-]|numbers?|num|n[uú]mero|nummer|no|nr|me|us|is|ist|at|on|номер){0,8}";
const bare = `[+(]?\\d(?:${gap}{0,3}\\d){5,14}(?!\\d)`;

const phones = new RegExp(
  `(?<other>${others})|(?<word>(?<!\\p{L})(?:${words})${between})(?<named>${bare})|(?<![\\da-z+]|[\\da-z][./-]|\\[phone\\][./-]?)(?:${shapes})(?!\\d|[-./]\\d|[-./]?\\[phone\\])`,
  "giu",
);
const anyPhone = new RegExp(bare, "g");
const phoneField =
  /phone|mobile|telefon|t[eé]l[eé]?(?:fono)?$|^tel|fax|whatsapp|m[oó]vil|celular/iu;
const date = new RegExp(`^(?:${dates.join("|")})`);

/**
 * Every telephone number becomes `[phone]`: written internationally (`+49 …`, `0049 …`), as in North America
 * (`(415) 555-2671`), with the 0 of a national number and a gap (`030 901820`), or in any way after a word such as
 * "phone" or under such a field. A plain run of digits is none.
 */
export function redactPhones(text: string, field = ""): string {
  const ascii = withAsciiDigits(text);
  if (!/\d/.test(ascii)) return text;
  const isField = phoneField.test(field);
  let clean = "";
  let kept = 0;
  for (const match of ascii.matchAll(isField ? anyPhone : phones)) {
    const before = isField ? "" : wordBefore(match);
    if (before === undefined) continue;
    clean += `${text.slice(kept, match.index)}${before}[phone]`;
    kept = match.index + match[0].length;
  }
  return clean + text.slice(kept);
}

/** Arabic, Persian and full-width numbers as others are written, each character in its place. */
function withAsciiDigits(text: string): string {
  return text
    .replace(/[\uff08\uff09\uff0b\uff0d\uff10-\uff19]/g, (character) =>
      String.fromCharCode(character.charCodeAt(0) - 0xfee0),
    )
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15));
}

/** What of a found text stands before its number; `undefined` when there is none in it. */
function wordBefore({ groups = {} }: RegExpExecArray): string | undefined {
  const { other, word, named, plus, trunk } = groups;
  if (word !== undefined && named !== undefined) return date.test(named) ? undefined : word;
  const isPhone =
    other === undefined &&
    (plus === undefined || isInternational(plus)) &&
    (trunk === undefined || isNational(trunk));
  return isPhone ? "" : undefined;
}

/** No amount: without a gap it must be longer than most, no round one, and not have points between its thousands. */
function isInternational(found: string): boolean {
  const digits = found.replace(/\D/g, "");
  if (digits.endsWith("000000") || /^\+\d{1,3}(?:\.\d{3})+$/.test(found)) return false;
  return digits.length >= 9 || (digits.length === 8 && /\d[^\d]+\d/.test(found));
}

function isNational(found: string): boolean {
  const { length } = found.replace(/\D/g, "");
  return length <= 12 && length >= (/^[(]|[/–]/.test(found) ? 7 : 9);
}
