import type { CallEvent } from "../../call/event.ts";
import { toJson } from "../../call/json.ts";
import type { EventRow } from "./schema.ts";

/** The row of an event. Tags `user` and `session` have columns of their own. */
export function toRow(event: CallEvent): EventRow {
  const { user, session, ...tags } = event.tags;
  return {
    id: event.id,
    parent_id: event.parentId,
    trace_id: event.traceId,
    time: event.time,
    task: event.task,
    pattern: event.pattern,
    mode: event.mode,
    user: textOrNull(user),
    session: textOrNull(session),
    tags: tagsJson(tags),
    arm: event.arm,
    target: event.target,
    answered_by: event.answeredBy,
    model: event.model,
    content: event.content,
    prompt: toJson(event.prompt),
    response: event.response === null ? null : toJson(event.response),
    input_tokens: event.usage.inputTokens,
    output_tokens: event.usage.outputTokens,
    cached_tokens: event.usage.cachedTokens,
    cache_write_tokens: event.usage.cacheWriteTokens,
    reasoning_tokens: event.usage.reasoningTokens,
    cost_usd: event.costUsd,
    unpriced_attempts: event.unpricedAttempts,
    saved_usd: event.savedUsd,
    latency_ms: event.latencyMs,
    first_token_ms: event.firstTokenMs,
    queued_ms: event.queuedMs,
    source: event.source,
    attempts: JSON.stringify(event.attempts),
    attempt_count: event.attempts.length,
    reroutes: JSON.stringify(event.reroutes),
    resumes: JSON.stringify(event.resumes),
    finish_reason: event.finishReason,
    error_code: event.errorCode,
    error_message: event.errorMessage,
    fingerprint: event.fingerprint,
    prompt_fingerprint: event.promptFingerprint,
    children: event.children,
    repeat_of: event.repeatOf,
    tool: event.tool === null ? null : JSON.stringify(event.tool),
    notes: JSON.stringify(event.notes),
  };
}

/** Tags come from anywhere: what is no text is stored as the text it prints as. */
function textOrNull(tag: unknown): string | null {
  return tag === undefined || tag === null ? null : String(tag);
}

/** One tag that JSON cannot hold must not cost the event: it is kept as the text it prints as. */
function tagsJson(tags: Readonly<Record<string, unknown>>): string {
  try {
    return toJson(tags);
  } catch {
    return toJson(
      Object.fromEntries(
        Object.entries(tags).map(([name, tag]) => [
          name,
          typeof tag === "object" ? Object.prototype.toString.call(tag) : String(tag),
        ]),
      ),
    );
  }
}
