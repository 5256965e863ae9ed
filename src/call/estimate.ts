import type { LanguageModelV4Message } from "@ai-sdk/provider";
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
const unlimitedOutput = 4_096;

/** Estimates rather too much than too little: the truth comes with the answer. */
export function estimateTokens(request: ModelRequest): TokenEstimate {
  const { prompt, tools, responseFormat, maxOutputTokens } = request;
  let input = 0;
  for (const message of prompt) input += tokensPerMessage + tokensOfMessage(message);
  if (tools !== undefined) input += tokensOfText(toJson(tools));
  if (responseFormat?.type === "json") input += tokensOfText(toJson(responseFormat));
  return { input, output: maxOutputTokens ?? unlimitedOutput };
}

/** About how many tokens a text has. */
export function tokensOfText(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / bytesPerToken);
}

function tokensOfMessage({ content }: LanguageModelV4Message): number {
  if (typeof content === "string") return tokensOfText(content);
  let tokens = 0;
  for (const part of content) {
    if (part.type === "text" || part.type === "reasoning") tokens += tokensOfText(part.text);
    else if (part.type === "file") tokens += tokensPerFile;
    else tokens += tokensOfText(toJson(part));
  }
  return tokens;
}
