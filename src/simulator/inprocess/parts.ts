import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { type Answer, argumentsOf } from "../draft.ts";
import { splitTokens } from "../tokens.ts";

const finishReasons: Readonly<Record<Answer["finish"], LanguageModelV4FinishReason>> = {
  stop: { unified: "stop", raw: "stop" },
  length: { unified: "length", raw: "length" },
  refusal: { unified: "content-filter", raw: "refusal" },
  "tool-calls": { unified: "tool-calls", raw: "tool-calls" },
};

/** How the answer ends, in the AI SDK's words. */
export function finishReasonOf(answer: Answer): LanguageModelV4FinishReason {
  return finishReasons[answer.finish];
}

/** The answer's token counts in the AI SDK's shape. */
export function usageOf({ usage }: Answer): LanguageModelV4Usage {
  return {
    inputTokens: {
      total: usage.inputTokens,
      noCache: usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens,
      cacheRead: usage.cachedInputTokens,
      cacheWrite: usage.cacheWriteTokens,
    },
    outputTokens: {
      total: usage.outputTokens,
      text: usage.outputTokens - usage.reasoningTokens,
      reasoning: usage.reasoningTokens,
    },
  };
}

/** The whole answer as content. */
export function contentOf(answer: Answer, serial: string): LanguageModelV4Content[] {
  return [
    ...(answer.reasoning === "" ? [] : [{ type: "reasoning" as const, text: answer.reasoning }]),
    ...(answer.text === "" ? [] : [{ type: "text" as const, text: answer.text }]),
    ...toolCallsOf(answer, serial),
  ];
}

function toolCallsOf(answer: Answer, serial: string) {
  return answer.toolCalls.map((call, index) => ({
    type: "tool-call" as const,
    toolCallId: `call_${serial}_${index}`,
    toolName: call.name,
    input: argumentsOf(call),
  }));
}

/** A stream part and how many tokens of the answer it carries. */
export interface CountedPart {
  readonly part: LanguageModelV4StreamPart;
  readonly tokens: number;
}

/** The answer as stream parts, without the beginning and the end of the stream. */
export function contentParts(answer: Answer, serial: string): CountedPart[] {
  const reasoning = splitTokens(answer.reasoning);
  const text = splitTokens(answer.text);
  return [
    ...(reasoning.length === 0 ? [] : blockOf("reasoning", reasoning)),
    ...(text.length === 0 ? [] : blockOf("text", text)),
    ...toolCallsOf(answer, serial).flatMap((call): CountedPart[] => [
      silent({ type: "tool-input-start", id: call.toolCallId, toolName: call.toolName }),
      ...splitTokens(call.input).map((delta) =>
        token({ type: "tool-input-delta", id: call.toolCallId, delta }),
      ),
      silent({ type: "tool-input-end", id: call.toolCallId }),
      silent(call),
    ]),
  ];
}

function blockOf(kind: "text" | "reasoning", pieces: readonly string[]): CountedPart[] {
  const id = kind;
  return [
    silent({ type: `${kind}-start`, id }),
    ...pieces.map((delta) => token({ type: `${kind}-delta`, id, delta })),
    silent({ type: `${kind}-end`, id }),
  ];
}

function silent(part: LanguageModelV4StreamPart): CountedPart {
  return { part, tokens: 0 };
}

function token(part: LanguageModelV4StreamPart): CountedPart {
  return { part, tokens: 1 };
}
