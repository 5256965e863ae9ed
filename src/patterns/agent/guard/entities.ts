/** The named characters that can stand for a part of an address or of a tag. */
const named: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  bsol: "\\",
  colon: ":",
  commat: "@",
  dash: "-",
  equals: "=",
  excl: "!",
  gt: ">",
  hyphen: "-",
  lbrack: "[",
  lpar: "(",
  lsqb: "[",
  lt: "<",
  NewLine: "\n",
  num: "#",
  percnt: "%",
  period: ".",
  quest: "?",
  quot: '"',
  rbrack: "]",
  rpar: ")",
  rsqb: "]",
  semi: ";",
  shy: "\u00ad",
  sol: "/",
  Tab: "\t",
  ZeroWidthSpace: "\u200b",
};

const reference = /&(?:#(?:[xX]([0-9a-fA-F]{1,7})|([0-9]{1,8}));?|([A-Za-z]{2,20});)/;
const references = new RegExp(reference, "g");

/** How many characters of a reference must be known before it is clear that it is one, or none. */
export const longestEntity = 23;

/** The character reference that the text begins with. Numbers are read without their semicolon, as browsers do. */
export function entityAt(text: string): { readonly char: string; readonly length: number } | null {
  const found = reference.exec(text);
  if (found === null || found.index !== 0) return null;
  const char = decoded(found);
  return char === undefined ? null : { char, length: found[0].length };
}

/** Text as a renderer of HTML or Markdown reads it. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    references,
    (all: string, hex?: string, decimal?: string, name?: string) =>
      decoded([all, hex, decimal, name]) ?? all,
  );
}

function decoded([, hex, decimal, name]: ArrayLike<string | undefined> &
  Iterable<string | undefined>): string | undefined {
  if (name !== undefined) return Object.hasOwn(named, name) ? named[name] : undefined;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
