import type { LanguageModelV4Message, SharedV4FileData } from "@ai-sdk/provider";
import { toJson } from "./json.ts";
import type { ModelRequest } from "./request.ts";

/** What a request may use, in tokens, before anybody knows. */
export interface TokenEstimate {
  readonly input: number;
  /** The most that may be answered. */
  readonly output: number;
}

/** UTF-8 bytes of a token: about 4 in English prose, 3 in code and JSON. The smaller figure, so as not to fall short. */
const bytesPerToken = 3;
/** What a message costs beside its text. */
const tokensPerMessage = 8;
/** A file whose tokens nobody can tell from its bytes: about what a page or an image takes. */
export const tokensPerFile = 1_600;
/** Taken for the answer where the request sets no limit. */
export const unlimitedOutput = 4_096;

/** Estimates rather too much than too little: the truth comes with the answer. */
export function estimateTokens(request: ModelRequest): TokenEstimate {
  const { prompt, tools, responseFormat, maxOutputTokens } = request;
  let input = tokensOfMessages(prompt);
  if (tools !== undefined) input += tokensOfText(toJson(tools));
  if (responseFormat?.type === "json") input += tokensOfText(toJson(responseFormat));
  return { input, output: maxOutputTokens ?? unlimitedOutput };
}

type Content = Pick<LanguageModelV4Message, "content">;

/** About how many tokens these messages have. */
export function tokensOfMessages(messages: readonly Content[]): number {
  return messages.reduce((sum, message) => sum + tokensPerMessage + tokensOfContent(message), 0);
}

/** About how many tokens a text has. */
export function tokensOfText(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / bytesPerToken);
}

function tokensOfContent({ content }: Content): number {
  if (typeof content === "string") return tokensOfText(content);
  return content.reduce((sum, part) => sum + tokensOfPart(part), 0);
}

function tokensOfPart(part: Exclude<Content["content"], string>[number]): number {
  if (part.type === "text" || part.type === "reasoning") return tokensOfText(part.text);
  if (part.type === "file") return tokensOfFile(part.data);
  if (part.type !== "tool-result" || part.output.type !== "content")
    return tokensOfText(toJson(part));
  const { value, ...output } = part.output;
  const files = value.filter((item) => item.type === "file");
  const rest = value.filter((item) => item.type !== "file");
  const tokens = tokensOfText(toJson({ ...part, output: { ...output, value: rest } }));
  return files.reduce((sum, { data }) => sum + tokensOfFile(data), tokens);
}

/** Of a text as of any other; of what else it may be, nobody can tell from its bytes. */
function tokensOfFile(data: SharedV4FileData): number {
  return data.type === "text" ? tokensOfText(data.text) : tokensPerFile;
}
