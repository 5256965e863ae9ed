import type { ReplyToolCall, ReplyUsage } from "./script.ts";

/** What the simulated model says, before a protocol gives it a shape. */
export interface Draft {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ReplyToolCall[];
  readonly finish: "stop" | "length" | "refusal" | "tool-calls";
}

/** A draft with its token counts. */
export interface Answer extends Draft {
  readonly usage: Required<ReplyUsage>;
}

/** The arguments of a call as a text. */
export function argumentsOf({ written, arguments: value }: ReplyToolCall): string {
  return written ?? JSON.stringify(value);
}

/** The answer of a model that was never reached. */
export const emptyAnswer: Answer = {
  text: "",
  reasoning: "",
  toolCalls: [],
  finish: "stop",
  usage: {
    inputTokens: 0,
    outputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    hourWriteTokens: 0,
    reasoningTokens: 0,
  },
};
