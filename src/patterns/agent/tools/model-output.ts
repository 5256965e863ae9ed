import type { LanguageModelV4ToolResultOutput } from "@ai-sdk/provider";
import { scrubSecrets } from "../../../call/secrets.ts";
import { beginningOf, cutNotice } from "./cut.ts";
import { jsonOf } from "./json-of.ts";

/** A tool's result, as a model is given it. */
export type ModelOutput = Extract<
  LanguageModelV4ToolResultOutput,
  { readonly type: "text" | "error-text" | "content" }
>;

type ContentPart = Extract<ModelOutput, { readonly type: "content" }>["value"][number];

/** What a tool gave back, before it is cut and marked: texts and files. */
export interface ToolContent {
  /** The tool itself says that it failed, as a tool of an MCP server does with `isError`. */
  readonly isError: boolean;
  readonly parts: readonly ContentPart[];
  /** Numbers and truth values cannot tell anybody what to do; all else may. */
  readonly holdsText: boolean;
}

export interface Room {
  readonly longest: number;
  /** Marks a text as data; `undefined`: the tool is trusted. */
  readonly mark: ((text: string) => string) | undefined;
}

export interface ShownOutput {
  readonly forModel: ModelOutput;
  /** Characters before it was cut; `null`: it is whole. */
  readonly cutFrom: number | null;
  /** Whether a stranger may have written what the model is given. */
  readonly untrusted: boolean;
}

const noResult = "(done; the tool gave no result)";

/** What the model is given of it: texts before files, no longer than there is room, marked as data. */
export function showOutput(content: ToolContent, room: Room): ShownOutput {
  const { isError, parts, holdsText } = content;
  const untrusted = holdsText && room.mark !== undefined;
  const whole = textOf(content);
  const given = beginningOf(whole, room.longest);
  const isCut = given.length < whole.length;
  const marked = untrusted && room.mark !== undefined && given !== "" ? room.mark(given) : given;
  const text = isCut ? `${marked}\n${cutNotice(given.length, whole.length)}` : marked;
  const cutFrom = isCut ? whole.length : null;
  if (isError) return { forModel: { type: "error-text", value: text }, cutFrom, untrusted };
  const files = parts.filter(({ type }) => type !== "text");
  if (files.length === 0) {
    return { forModel: { type: "text", value: text || noResult }, cutFrom, untrusted };
  }
  const value: ContentPart[] = text === "" ? files : [{ type: "text", text }, ...files];
  return { forModel: { type: "content", value }, cutFrom, untrusted };
}

/** The texts of a content, without marks or halves of characters, which providers refuse; a tool's own word about its failing is kept free of secrets. */
export function textOf({ isError, parts }: ToolContent): string {
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  const text = texts.join("\n").toWellFormed();
  return isError ? scrubSecrets(text, [], Number.POSITIVE_INFINITY) : text;
}

/** What a tool gave back that says itself nothing of how a model is to be given it. */
export function contentOf(output: unknown): ToolContent {
  const isText = typeof output === "string";
  const text = isText ? output : jsonOf(output);
  return {
    isError: false,
    parts: output === undefined ? [] : [{ type: "text", text }],
    holdsText: isText || (typeof output === "object" && output !== null),
  };
}

/** What `toModelOutput` of a tool of the AI SDK or of MCP made of it. */
export function contentOfModelOutput(made: unknown): ToolContent {
  const { type, value, reason } = (made ?? {}) as Readonly<Record<string, unknown>>;
  if (type === "content" && Array.isArray(value)) {
    return { isError: false, parts: value.map(partOf), holdsText: value.length > 0 };
  }
  if (type === "text" || type === "json") return contentOf(value);
  const isError = type === "error-text" || type === "error-json" || type === "execution-denied";
  return isError ? { ...contentOf(value ?? reason), isError } : contentOf(made);
}

/** A part of `content`; a document that is text counts as text, so that it is cut and marked like any other. */
function partOf(part: unknown): ContentPart {
  const { type, text, data } = (part ?? {}) as Readonly<Record<string, unknown>>;
  if (type === "text") return { type, text: typeof text === "string" ? text : jsonOf(text) };
  const inline = data as { readonly type?: unknown; readonly text?: unknown } | null | undefined;
  if (type === "file" && inline?.type === "text" && typeof inline.text === "string") {
    return { type: "text", text: inline.text };
  }
  const isPart = typeof type === "string";
  return isPart ? (part as ContentPart) : { type: "text", text: jsonOf(part) };
}
