import type { Attributes } from "@opentelemetry/api";
import type { Ending } from "../call/answer.ts";
import type { CallEvent } from "../call/event.ts";
import type { Conventions } from "./rule.ts";

/** What the span of a call says once the call has ended, by the conventions and in Seam's own words. */
export function callAttributes(
  event: CallEvent,
  ending: Ending,
  conventions: Conventions,
): Attributes {
  return {
    ...requestAttributes(event, conventions),
    ...responseAttributes(event, ending),
    ...usageAttributes(event, conventions),
    ...seamAttributes(event),
  };
}

function requestAttributes(
  { prompt, mode, tags }: CallEvent,
  conventions: Conventions,
): Attributes {
  return {
    "gen_ai.conversation.id": tags.session,
    "gen_ai.output.type": prompt.responseFormat?.type,
    "gen_ai.request.frequency_penalty": prompt.frequencyPenalty,
    "gen_ai.request.max_tokens": prompt.maxOutputTokens,
    "gen_ai.request.presence_penalty": prompt.presencePenalty,
    "gen_ai.request.seed": prompt.seed,
    "gen_ai.request.stop_sequences": prompt.stopSequences,
    "gen_ai.request.stream": mode === "stream" ? true : undefined,
    "gen_ai.request.temperature": prompt.temperature,
    "gen_ai.request.top_k": prompt.topK,
    "gen_ai.request.top_p": prompt.topP,
    ...(conventions === "latest" && { "gen_ai.request.reasoning.level": prompt.reasoning }),
  };
}

function responseAttributes(event: CallEvent, ending: Ending): Attributes {
  const { mode, model, finishReason, firstTokenMs, errorCode } = event;
  return {
    "error.type": isFailure(event) ? (errorCode ?? undefined) : undefined,
    "gen_ai.response.finish_reasons": finishReason === null ? undefined : [spelt(finishReason)],
    "gen_ai.response.id": ending.ok ? ending.result.response?.id : undefined,
    "gen_ai.response.model": model ?? undefined,
    "gen_ai.response.time_to_first_chunk":
      mode === "stream" && firstTokenMs !== null ? firstTokenMs / 1_000 : undefined,
  };
}

function usageAttributes({ usage }: CallEvent, conventions: Conventions): Attributes {
  const written = conventions === "1.41" ? "cache_creation" : "cache_write";
  return {
    "gen_ai.usage.input_tokens": usage.inputTokens ?? undefined,
    "gen_ai.usage.output_tokens": usage.outputTokens ?? undefined,
    "gen_ai.usage.cache_read.input_tokens": usage.cachedTokens ?? undefined,
    [`gen_ai.usage.${written}.input_tokens`]: usage.cacheWriteTokens ?? undefined,
    "gen_ai.usage.reasoning.output_tokens": usage.reasoningTokens || undefined,
  };
}

/** What no convention has a name for. */
export function seamAttributes(event: CallEvent): Attributes {
  return {
    "seam.call_id": event.id,
    "seam.task": event.task,
    "seam.pattern": event.pattern,
    "seam.outcome": outcomeOf(event),
    "seam.source": event.source,
    "seam.cache_hit": event.source === "cache",
    "seam.target": event.target,
    "seam.answered_by": event.answeredBy ?? undefined,
    "seam.attempts": event.attempts.length,
    "seam.reroutes": event.reroutes.length,
    "seam.resumes": event.resumes.length,
    "seam.cost_usd": event.costUsd ?? undefined,
    "seam.unpriced_attempts": event.unpricedAttempts,
    "seam.saved_usd": event.savedUsd ?? undefined,
    "seam.queued_ms": event.queuedMs,
    "seam.arm": event.arm ?? undefined,
    "seam.repeat_of": event.repeatOf ?? undefined,
  };
}

/** `ok`, `Aborted`, or the code of the error. */
export function outcomeOf({ errorCode }: CallEvent): string {
  return errorCode ?? "ok";
}

/** A caller that leaves is no failure: an answer that nobody wants any more need not alarm anyone. */
export function isFailure({ errorCode }: CallEvent): boolean {
  return errorCode !== null && errorCode !== "Aborted";
}

/** Our names of finish reasons as the conventions write them. */
export function spelt(finishReason: string): string {
  return finishReason === "tool-calls" ? "tool_call" : finishReason.replaceAll("-", "_");
}
