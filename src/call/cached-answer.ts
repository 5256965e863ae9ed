import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import { finishPart } from "./assemble.ts";
import { fromJson, toJson } from "./json.ts";
import { PartLog } from "./part-log.ts";

/** An answer as a cache keeps it. */
export interface CachedAnswer {
  readonly result: LanguageModelV4GenerateResult;
  /** The target that gave it. */
  readonly target: string;
  /** What it cost, in US dollars; `null` if unknown. */
  readonly costUsd: number | null;
  /** What it used, input and output; `null` if unknown, `undefined` in entries of older releases. */
  readonly tokens?: number | null | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The usage of an answer that asked no model. */
export const noTokens: LanguageModelV4GenerateResult["usage"] = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

/** Only an answer that is whole and was not declined may be kept. */
export function isCacheable({ finishReason }: LanguageModelV4GenerateResult): boolean {
  return finishReason.unified === "stop" || finishReason.unified === "tool-calls";
}

/** The text that a store keeps: the answer itself, without headers, bodies or the usage it once had. */
export function encodeCached({ result, ...about }: CachedAnswer): string {
  const { content, finishReason, providerMetadata, structuredOutputText, response } = result;
  const { id, modelId, timestamp } = response ?? {};
  const kept = {
    content,
    finishReason,
    providerMetadata,
    structuredOutputText,
    response: { id, modelId, timestamp },
  };
  return toJson({ ...about, result: kept });
}

/** `undefined` when the text is none of ours or has expired. */
export function decodeCached(text: string, now: number): CachedAnswer | undefined {
  const entry = fromJson(text) as CachedAnswer;
  if (!Array.isArray(entry.result?.content) || !(entry.expiresAt > now)) return undefined;
  const { response, ...result } = entry.result;
  const { timestamp, ...metadata } = response ?? {};
  return {
    ...entry,
    result: {
      ...result,
      usage: noTokens,
      warnings: [],
      response: {
        ...metadata,
        ...(timestamp !== undefined && { timestamp: new Date(timestamp) }),
      },
    },
  };
}

/** Plays a whole answer back as the stream it could have been. */
export function replay(result: LanguageModelV4GenerateResult): PartLog {
  const log = new PartLog();
  log.push({ type: "stream-start", warnings: [] });
  if (result.response !== undefined) {
    const { id, modelId, timestamp } = result.response;
    log.push({
      type: "response-metadata",
      ...(id !== undefined && { id }),
      ...(modelId !== undefined && { modelId }),
      ...(timestamp !== undefined && { timestamp }),
    });
  }
  result.content.forEach((part, index) => {
    for (const piece of piecesOf(part, String(index))) log.push(piece);
  });
  log.push(finishPart(result));
  log.end();
  return log;
}

function piecesOf(part: LanguageModelV4Content, id: string): LanguageModelV4StreamPart[] {
  switch (part.type) {
    case "text": {
      const { type: _type, text: delta, ...rest } = part;
      return [
        { type: "text-start", id, ...metadataOf(part) },
        { type: "text-delta", id, delta },
        { type: "text-end", id, ...rest },
      ];
    }
    case "reasoning": {
      const { type: _type, text: delta, ...rest } = part;
      return [
        { type: "reasoning-start", id, ...metadataOf(part) },
        { type: "reasoning-delta", id, delta },
        { type: "reasoning-end", id, ...rest },
      ];
    }
    case "tool-call": {
      const { toolCallId, toolName, input: delta } = part;
      return [
        { type: "tool-input-start", id: toolCallId, toolName },
        { type: "tool-input-delta", id: toolCallId, delta },
        { type: "tool-input-end", id: toolCallId },
        part,
      ];
    }
    default:
      return [part];
  }
}

function metadataOf({
  providerMetadata,
}: {
  readonly providerMetadata?: SharedV4ProviderMetadata;
}): { providerMetadata?: SharedV4ProviderMetadata } {
  return providerMetadata === undefined ? {} : { providerMetadata };
}
