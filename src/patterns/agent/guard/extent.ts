import type { Lookahead } from "./lookahead.ts";

/** How far is looked ahead to find the end of a link or a tag. */
export const longestLink = 2_048;
const longestScheme = 64;
const longestGap = 256;
const longestTitle = 1_024;

/** A piece of text from where it was looked for up to `end`; `whole`: it ends within what may be looked at. */
export interface Extent {
  readonly end: number;
  readonly whole: boolean;
}

/** The longest text that a finder of links could take for one link, without signs at its end; "" if it is too long. */
export function readRun(text: Lookahead, start: number): string {
  const { end, whole } = readUntil(text, start, /[^\S\ufeff]|</);
  return whole ? text.slice(start, end).replace(/[.,;:!?'"`*_~)\]}>]+$/, "") : "";
}

/** Where an address that is taken out ends: before what more likely belongs to the sentence. */
export function endOfRun(text: Lookahead, start: number): Extent {
  let depth = 0;
  let end = start;
  let at = text.at(start) === "[" ? readUntil(text, start, /[\]\s]/).end + 1 : start;
  for (; at - start < longestLink; at += 1) {
    const char = text.at(at);
    if (char === "" || /[\s<>"`|\]]/.test(char)) return { end, whole: true };
    if (char === ")" && depth === 0) return { end, whole: true };
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    if (!/[.,;:!?*_~'…]/.test(char)) end = at + 1;
  }
  return { end: at, whole: false };
}

/** The target of a link of Markdown, behind `](` or `]:`. */
export interface Destination extends Extent {
  readonly value: string;
}

/** Whether anything but a relative target begins behind a bracket. Looks no further than needed to know. */
export function startsAddress(text: Lookahead, start: number): boolean {
  let at = start;
  for (let letters = 0; letters < longestScheme; ) {
    const char = text.read(at);
    if (letters === 0 && (char === "/" || char === "\\")) {
      return text.at(at) === "\\" || /[/\\\t]/.test(text.read(text.end));
    }
    if (char === ":") return letters > 0;
    const skipped = /[\t\r\n]/.test(char) && text.at(at) === "&";
    if (!skipped && !/^[a-z0-9+.-]$/i.test(char)) return false;
    if (!skipped) letters += 1;
    at = text.end;
  }
  return false;
}

/** Where a target begins: behind spaces, and `<`. */
export function startOfDestination(text: Lookahead, bracket: number): number {
  const at = skipSpace(text, bracket + 1);
  return text.at(at) === "<" ? at + 1 : at;
}

export function readDestination(
  text: Lookahead,
  start: number,
  inParentheses: boolean,
): Destination {
  if (text.at(start - 1) === "<") {
    const { end, whole } = readUntil(text, start, /[<>\n]/);
    const closed = whole && text.at(end) === ">" ? end + 1 : end;
    return { value: text.slice(start, end), end: closed, whole };
  }
  let depth = 0;
  let at = start;
  for (; at - start < longestLink; at += 1) {
    const char = text.at(at);
    if (isSpace(char)) break;
    if (char === "(") depth += 1;
    if (char !== ")") continue;
    if (inParentheses && depth === 0) break;
    depth -= 1;
  }
  return { value: text.slice(start, at), end: at, whole: at - start < longestLink };
}

/** Where a link ends whose target ends at `at`: behind its title, if there is one, and `)`. */
export function endOfLink(text: Lookahead, at: number): number {
  const title = skipSpace(text, at);
  if (text.at(title) === ")") return title + 1;
  const close = title === at ? undefined : { '"': /"/, "'": /'/, "(": /\)/ }[text.at(title)];
  if (close === undefined) return at;
  const { end, whole } = readUntil(text, title + 1, close, longestTitle);
  if (!whole || text.at(end) === "") return at;
  const parenthesis = skipSpace(text, end + 1);
  return text.at(parenthesis) === ")" ? parenthesis + 1 : at;
}

/** Also the end of the text. */
function isSpace(char: string): boolean {
  return (char <= " " || char > "\x7f") && (char === "" || /\s/.test(char));
}

function skipSpace(text: Lookahead, start: number): number {
  return readUntil(text, start, /\S/, longestGap).end;
}

function readUntil(text: Lookahead, start: number, stop: RegExp, limit = longestLink): Extent {
  let at = start;
  while (at - start < limit && text.at(at) !== "" && !stop.test(text.at(at))) at += 1;
  return { end: at, whole: at - start < limit };
}
