import type { LanguageModelV4Message } from "@ai-sdk/provider";
import { type Line, leadOf, linesOf, normalized, quoted, sentencesOf } from "./prose.ts";
import type { ModelRequest } from "./request.ts";

/** A sentence shorter than this is no waste worth the risk, in characters. */
const shortestRepeat = 40;

/** A request without what says nothing, and how many characters that was. */
export interface Compressed<Request extends ModelRequest = ModelRequest> {
  readonly request: Request;
  readonly whitespace: number;
  readonly repeats: number;
}

/**
 * Takes out of the system's and the user's texts what carries no meaning: runs of spaces, spaces at the end of lines,
 * more than one blank line; and out of the system's alone a long sentence that it has said before, word for word, under
 * the same heading.
 * Code, tables, data, quotes and columns stay as they are, and so do all other parts of the request.
 */
export function compress<Request extends ModelRequest>(request: Request): Compressed<Request> {
  const said = new Set<string>();
  let whitespace = 0;
  let repeats = 0;
  const shorten = (text: string, isSystem: boolean): string => {
    const once = isSystem ? withoutRepeats(text, said) : text;
    const tidy = withoutWhitespace(once);
    repeats += text.length - once.length;
    whitespace += once.length - tidy.length;
    return tidy;
  };
  const prompt = request.prompt.map((message): LanguageModelV4Message => {
    if (message.role === "system") return { ...message, content: shorten(message.content, true) };
    if (message.role !== "user") return message;
    const content = message.content.map((part) =>
      part.type === "text" ? { ...part, text: shorten(part.text, false) } : part,
    );
    return { ...message, content };
  });
  return { request: { ...request, prompt }, whitespace, repeats };
}

/** A text with single spaces, without spaces at the end of its lines, and with one blank line where there were more. */
export function withoutWhitespace(text: string): string {
  const lines: Line[] = [];
  for (const line of linesOf(text)) {
    if (line.kind === "blank" && lines.at(-1)?.kind === "blank") continue;
    lines.push(line.kind === "verbatim" ? line : { ...line, text: tidied(line.text) });
  }
  return lines.map((line) => line.text).join("\n");
}

/** Collapses spaces outside of quotes, and keeps those at the line's beginning: they may show what belongs to what. */
function tidied(line: string): string {
  const end = line.endsWith("\r") ? "\r" : "";
  const indent = /^ */.exec(line)?.[0] ?? "";
  const rest = line.slice(indent.length).trimEnd();
  if (rest === "") return end;
  const quotes = rest.match(quoted) ?? [];
  const prose = rest.split(quoted).map((piece) => piece.replace(/ {2,}/g, " "));
  return indent + prose.map((piece, index) => piece + (quotes[index] ?? "")).join("") + end;
}

/** A sentence that was said before, and the text's line that it stands in, counted from 0. */
export interface Repeat {
  readonly sentence: string;
  readonly line: number;
}

/**
 * The long sentences of a text that were said before, in it or in `said`, which learns them. Not looked for in what may
 * be repeated on purpose: between tags, in numbered lists, in examples of the form `Label: text`.
 */
export function repeatsIn(text: string, said: Set<string>): Repeat[] {
  return linesOf(text).flatMap((line, index) => repeatsOf(line, index, said));
}

/**
 * Those that nothing would miss: below another heading, or in another example, the same words say something else.
 * `said` forgets what such a line parts from the rest.
 */
export function idleRepeatsIn(text: string, said: Set<string>): Repeat[] {
  const lines = linesOf(text);
  const found = lines.flatMap((line, index) => {
    if (isDivider(line)) said.clear();
    return repeatsOf(line, index, said);
  });
  if (lines.some(isDivider)) said.clear();
  return found;
}

function repeatsOf({ kind, isQuoted, text }: Line, line: number, said: Set<string>): Repeat[] {
  if (kind !== "prose" || isQuoted || /^\s*\d+[.)]\s/.test(text)) return [];
  return sentencesOf(text).flatMap((sentence) => {
    const same = normalized(sentence);
    if (same.length < shortestRepeat) return [];
    if (said.has(same)) return [{ sentence, line }];
    said.add(same);
    return [];
  });
}

/** A heading, a label, a list's point that others belong to: whatever is no sentence may part a text. */
function isDivider({ kind, text }: Line): boolean {
  return kind === "verbatim" || (kind === "prose" && !/[.!?。！？]["”)]?$/.test(text.trimEnd()));
}

function withoutRepeats(text: string, said: Set<string>): string {
  const repeats = Map.groupBy(idleRepeatsIn(text, said), ({ line }) => line);
  if (repeats.size === 0) return text;
  return text
    .split("\n")
    .flatMap((line, index) => withoutSentences(line, repeats.get(index) ?? []))
    .join("\n");
}

/** The line without these sentences; nothing of it when there are no others. */
function withoutSentences(line: string, repeats: readonly Repeat[]): string[] {
  if (repeats.length === 0) return [line];
  const gone = repeats.map(({ sentence }) => sentence);
  const sentences = sentencesOf(line);
  const kept = sentences.filter((sentence) => {
    const at = gone.lastIndexOf(sentence);
    if (at >= 0) gone.splice(at, 1);
    return at < 0;
  });
  if (kept.length === 0) return [];
  return [leadOf(line) + kept.join(" ")];
}
