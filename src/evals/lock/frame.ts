/** Of each end. */
const longestEnd = 2_000;

/**
 * What prompts say that is no template, as far as it cannot be data: texts that all cases have, and what all others begin
 * and end with. Nothing of a single case.
 *
 * @param cases - The texts of each
 */
export function wordsOf(cases: readonly (readonly string[])[]): string {
  const [first = [], ...others] = cases;
  if (others.length === 0) return "";
  const sets = others.map((texts) => new Set(texts));
  const common = new Set(first.filter((text) => sets.every((texts) => texts.has(text))));
  const frame = frameOf(cases.flat().filter((text) => !common.has(text)));
  return [...[...common].map(cut), ...(frame === "" ? [] : [frame])].join("\n\n");
}

function cut(text: string): string {
  if (text.length <= 2 * longestEnd) return text;
  return `${text.slice(0, longestEnd)}…${text.slice(-longestEnd)}`.toWellFormed();
}

/**
 * What texts begin and end with, all of them: the words of a prompt that is glued together, without what it is about.
 * Nothing of a single text, or of texts that have nothing in common.
 */
export function frameOf(texts: readonly string[]): string {
  const [first = "", ...others] = new Set(texts);
  if (others.length === 0) return "";
  const start = others.reduce((length, text) => commonStart(first, text, length), longestEnd);
  const most = Math.min(longestEnd, ...[first, ...others].map((text) => text.length - start));
  const end = others.reduce((length, text) => commonEnd(first, text, length), most);
  return start + end === 0
    ? ""
    : `${first.slice(0, start)}…${end === 0 ? "" : first.slice(-end)}`.toWellFormed();
}

function commonStart(one: string, other: string, most: number): number {
  let length = 0;
  while (length < Math.min(most, one.length) && one[length] === other[length]) length++;
  return length;
}

function commonEnd(one: string, other: string, most: number): number {
  let length = 0;
  while (length < most && one.at(-1 - length) === other.at(-1 - length)) length++;
  return length;
}
