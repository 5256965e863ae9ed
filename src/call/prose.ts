/** A line of a prompt, and what may be done with it. */
export interface Line {
  readonly text: string;
  /** `verbatim`: code, tables, data, columns: every space of it may mean something. */
  readonly kind: "prose" | "blank" | "verbatim";
  /** Between two tags, e.g. `<example>` and `</example>`. */
  readonly isQuoted: boolean;
}

/** Tells prose from what must stay as it is. In doubt a line is verbatim. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let end: IsEnd | undefined;
  const tags: string[] = [];
  for (const line of text.split("\n")) {
    const isInside = end !== undefined;
    if (end === undefined) end = endOfCode(line);
    else if (end(line)) end = undefined;
    if (!isInside) closeTag(line, tags);
    const before = lines.at(-1)?.kind;
    const kind = isInside || end !== undefined ? "verbatim" : kindOf(line, before);
    lines.push({ text: line, kind, isQuoted: tags.length > 0 });
    if (!isInside) openTag(line, tags);
  }
  return withIndentedBlanks(withColumns(lines));
}

type IsEnd = (line: string) => boolean;

/** What ends the code that this line begins; `undefined` when it begins none, or ends it itself. */
function endOfCode(line: string): IsEnd | undefined {
  const [opening, fence] = /^\s*(?:[-*>]\s+)?(`{3,}|~{3,})/.exec(line) ?? [];
  if (fence !== undefined && !line.slice(opening?.length).includes("`")) {
    return (later) => {
      const bare = later.replace(/^[\s>]*/, "").trimEnd();
      return bare.length >= fence.length && bare === fence.charAt(0).repeat(bare.length);
    };
  }
  const [, before, tag] = /^(.*)<(pre|code|script|style)\b/i.exec(line) ?? [];
  if (before === undefined || tag === undefined) return undefined;
  const isEnd: IsEnd = (later) => later.toLowerCase().includes(`</${tag.toLowerCase()}>`);
  return isEnd(line.slice(before.length)) ? undefined : isEnd;
}

/** Tables, tabs, indented code, JSON, markup, comma-separated values; what else stays is below. */
const data = /\t|\||^ {4,}|^\s*[{}[\]"',]|<(?:pre|code)\b|^\s*<.*<\/|[^\s\d],[^\s"”»]/i;
/** YAML, settings, and examples such as `Expected answer: text`. */
const labelled =
  /^\s*(?:[-*]\s+)?["']?[\p{L}\p{N}_.$-]+(?: [\p{L}\p{N}_.$-]+){0,3}["']?\s*[:=](?:\s|$)/u;

function kindOf(line: string, before: Line["kind"] | undefined): Line["kind"] {
  if (line.trim() === "") return "blank";
  if (data.test(line) || labelled.test(line) || hasOpenQuote(line)) return "verbatim";
  return /^\s/.test(line) && before === "verbatim" ? "verbatim" : "prose";
}

/** A text in quotes or backticks: its spaces are kept. */
export const quoted: RegExp =
  /`[^`]*`|"[^"]*"|“[^“”]*”|„[^„“]*“|«[^«»]*»|「[^「」]*」|‘[^‘’]*’(?!\p{L})|(?<![\p{L}\p{N}])'[^']*'(?!\p{L})/gu;

function hasOpenQuote(line: string): boolean {
  return /[`"“”]/.test(line.replace(quoted, ""));
}

function openTag(line: string, tags: string[]): void {
  const name = /^\s*<([a-z][\w-]*)(?:\s[^>]*)?>\s*$/i.exec(line)?.[1];
  if (name !== undefined && !line.trimEnd().endsWith("/>")) tags.push(name);
}

function closeTag(line: string, tags: string[]): void {
  const name = /^\s*<\/([a-z][\w-]*)>\s*$/i.exec(line)?.[1];
  const at = name === undefined ? -1 : tags.lastIndexOf(name);
  if (at >= 0) tags.length = at;
}

/** Neighbours with wide gaps, or with words that begin at the same column after a gap, are columns, and stay aligned. */
function withColumns(lines: readonly Line[]): Line[] {
  const gaps = lines.map((line) => (line.kind === "prose" ? gapsIn(line.text) : undefined));
  return lines.map((line, index) => {
    const own = gaps[index];
    const isColumn = [gaps[index - 1], gaps[index + 1]].some((other) => areColumns(own, other));
    return isColumn ? { ...line, kind: "verbatim" } : line;
  });
}

/** The gaps of more than one space between the words of a line. */
interface Gaps {
  readonly ends: ReadonlySet<number>;
  readonly hasWide: boolean;
}

function gapsIn(text: string): Gaps {
  const gaps = [...text.matchAll(/(?<=\S) {2,}(?=\S)/g)];
  return {
    ends: new Set(gaps.map(({ index, 0: { length } }) => index + length)),
    hasWide: gaps.some(([{ length }]) => length > 2),
  };
}

function areColumns(gaps: Gaps | undefined, others: Gaps | undefined): boolean {
  if (gaps === undefined || others === undefined) return false;
  return (gaps.hasWide && others.hasWide) || [...gaps.ends].some((end) => others.ends.has(end));
}

/** Blank lines between two verbatim lines belong to them. */
function withIndentedBlanks(lines: readonly Line[]): Line[] {
  const kept = [...lines];
  for (let start = 0; start < kept.length; start++) {
    if (kept[start]?.kind !== "blank") continue;
    let end = start;
    while (kept[end]?.kind === "blank") end++;
    const isInside = kept[start - 1]?.kind === "verbatim" && kept[end]?.kind === "verbatim";
    for (let index = start; isInside && index < end; index++) {
      const line = kept[index];
      if (line !== undefined) kept[index] = { ...line, kind: "verbatim" };
    }
    start = end;
  }
  return kept;
}

/** What stands before a line's first sentence: spaces, and the mark of a list. */
export function leadOf(line: string): string {
  return /^\s*(?:[-*•]\s+)?/.exec(line)?.[0] ?? "";
}

/** The sentences of a line of prose, in order, without what stands before them. */
export function sentencesOf(line: string): string[] {
  return line
    .slice(leadOf(line).length)
    .trim()
    .split(/(?<=[.!?]["”)]?)\s+(?=\S)/);
}

/** The same for sentences that differ in whitespace only. */
export function normalized(sentence: string): string {
  return sentence.trim().replace(/\s+/g, " ");
}
