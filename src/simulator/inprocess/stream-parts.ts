import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { type Answer, emptyAnswer } from "../draft.ts";
import { type FaultSpec, faultDefaults } from "../faults/fault.ts";
import { sleep, type Timing, untilAborted } from "../pace.ts";
import { networkFailure, streamError } from "./failures.ts";
import { type CountedPart, contentParts, finishReasonOf, usageOf } from "./parts.ts";

/** What a stream is made from. */
export interface StreamPlan {
  readonly answer: Answer | undefined;
  readonly fault: FaultSpec;
  readonly timing: Timing;
  readonly serial: string;
  readonly modelId: string;
}

/**
 * The parts of a streamed answer under its fault. Where a fault is about bytes, the parts are those
 * the provider packages make of such bytes. Throws the signal's reason when it aborts.
 */
export async function* streamParts(
  plan: StreamPlan,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelV4StreamPart, void, undefined> {
  const { fault, answer = emptyAnswer, serial, modelId } = plan;
  yield { type: "stream-start", warnings: [] };
  if (fault.type === "body-silence") return await silence(signal);
  if (fault.type === "pings-only") return yield* pings(fault.everyMs, signal);
  yield { type: "response-metadata", id: serial, modelId };
  const parts = contentParts(answer, serial);
  switch (fault.type) {
    case "stall":
      yield* paced(
        firstTokens(parts, fault.afterTokens ?? faultDefaults.stallAfterTokens),
        plan,
        signal,
      );
      return await silence(signal);
    case "drop":
      yield* paced(
        firstTokens(parts, fault.afterTokens ?? faultDefaults.dropAfterTokens),
        plan,
        signal,
      );
      throw networkFailure("inside");
    case "in-band-error":
      yield* paced(
        firstTokens(parts, fault.afterTokens ?? faultDefaults.errorAfterTokens),
        plan,
        signal,
      );
      yield { type: "error", error: streamError(fault) };
      return yield finish(answer, { unified: "error", raw: undefined });
    case "malformed-json":
      yield { type: "error", error: new SyntaxError("The stream's data is not valid JSON.") };
      return yield finish(answer, { unified: "error", raw: undefined });
    case "clean-end-early":
      yield* paced(
        firstTokens(parts, fault.afterTokens ?? faultDefaults.endAfterTokens),
        plan,
        signal,
      );
      return yield finish(answer, interrupted);
    case "truncated-json":
      yield* paced(parts.slice(0, Math.ceil(parts.length / 2)), plan, signal);
      return yield finish(answer, interrupted);
    case "empty-body":
    case "error-200":
      return yield finish(answer, interrupted);
    default:
      yield* paced(parts, plan, signal);
      yield finish(answer, finishReasonOf(answer));
  }
}

/** How provider packages report a stream that ended without the provider's own finish. */
const interrupted: LanguageModelV4FinishReason = { unified: "interrupted", raw: undefined };

function finish(
  answer: Answer,
  finishReason: LanguageModelV4FinishReason,
): LanguageModelV4StreamPart {
  return { type: "finish", finishReason, usage: usageOf(answer) };
}

/** Waits for the abort and throws its reason. */
export async function silence(signal: AbortSignal): Promise<never> {
  await untilAborted(signal);
  throw signal.reason;
}

async function* pings(
  everyMs: number = faultDefaults.pingEveryMs,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelV4StreamPart, void, undefined> {
  while (!signal.aborted) {
    yield { type: "ping" };
    await sleep(everyMs, signal);
  }
  throw signal.reason;
}

async function* paced(
  parts: readonly CountedPart[],
  { timing }: StreamPlan,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelV4StreamPart, void, undefined> {
  let waitMs = timing.headersMs + timing.firstTokenMs;
  for (const { part, tokens } of parts) {
    if (tokens > 0) {
      if (waitMs > 0) await sleep(waitMs, signal);
      waitMs = timing.perTokenMs;
    }
    signal.throwIfAborted();
    yield part;
  }
}

function firstTokens(parts: readonly CountedPart[], count: number): CountedPart[] {
  let tokens = 0;
  const end = parts.findIndex((part) => {
    if (tokens >= count) return true;
    tokens += part.tokens;
    return false;
  });
  return end < 0 ? [...parts] : parts.slice(0, end);
}
