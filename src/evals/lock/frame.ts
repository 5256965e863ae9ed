/** Of each end. */
const longestEnd = 2_000;

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
