import type { LanguageModelV4Usage } from "@ai-sdk/provider";

/** Tokens of one answer. `null` means that the provider did not say; it never means 0. */
export interface Usage {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number | null;
  /** All output tokens, reasoning included. */
  readonly outputTokens: number | null;
  /** Input tokens read from the provider's own prompt cache. */
  readonly cachedTokens: number | null;
  /** Input tokens written to the provider's own prompt cache. */
  readonly cacheWriteTokens: number | null;
  readonly reasoningTokens: number | null;
}

export const unknownUsage: Usage = {
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
};

export function toUsage(usage: Omit<LanguageModelV4Usage, "raw">): Usage {
  return {
    inputTokens: amountOf(usage.inputTokens.total),
    outputTokens: amountOf(usage.outputTokens.total),
    cachedTokens: amountOf(usage.inputTokens.cacheRead),
    cacheWriteTokens: amountOf(usage.inputTokens.cacheWrite),
    reasoningTokens: amountOf(usage.outputTokens.reasoning),
  };
}

/** A finite number at or above 0; `null` for anything else that a server may send in its place. */
export function amountOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** Input and output together; `null` where one of them is not known. */
export function totalTokens({ inputTokens, outputTokens }: Usage): number | null {
  return inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
}

/** The same counts in the AI SDK's shape. */
export function fromUsage(usage: Usage): LanguageModelV4Usage {
  const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens } = usage;
  return {
    inputTokens: {
      total: inputTokens ?? undefined,
      noCache: less(inputTokens, (cachedTokens ?? 0) + (cacheWriteTokens ?? 0)),
      cacheRead: cachedTokens ?? undefined,
      cacheWrite: cacheWriteTokens ?? undefined,
    },
    outputTokens: {
      total: outputTokens ?? undefined,
      text: less(outputTokens, reasoningTokens ?? 0),
      reasoning: reasoningTokens ?? undefined,
    },
  };
}

function less(total: number | null, part: number): number | undefined {
  return total === null ? undefined : total - part;
}

/** Adds two usages; a count known on one side only stays that count. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: addKnown(a.inputTokens, b.inputTokens),
    outputTokens: addKnown(a.outputTokens, b.outputTokens),
    cachedTokens: addKnown(a.cachedTokens, b.cachedTokens),
    cacheWriteTokens: addKnown(a.cacheWriteTokens, b.cacheWriteTokens),
    reasoningTokens: addKnown(a.reasoningTokens, b.reasoningTokens),
  };
}

export function addKnown(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : a + b;
}

/** The usage of an answer that asked no model. */
export const zeroUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};
