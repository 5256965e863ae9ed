import type { CallEvent } from "../../call/event.ts";
import { fromJson } from "../../call/json.ts";
import type { EventRow } from "./schema.ts";

/** The event of a row: the reverse of writing it. */
export function fromRow(row: EventRow): CallEvent {
  return {
    id: row.id,
    parentId: row.parent_id,
    traceId: row.trace_id,
    time: row.time,
    task: row.task,
    pattern: row.pattern as CallEvent["pattern"],
    mode: row.mode as CallEvent["mode"],
    tags: tagsOf(row),
    arm: row.arm,
    target: row.target,
    answeredBy: row.answered_by,
    model: row.model,
    content: row.content as CallEvent["content"],
    prompt: json(row, "prompt") as CallEvent["prompt"],
    response: json(row, "response") as CallEvent["response"],
    usage: {
      inputTokens: row.input_tokens,
      outputTokens: row.output_tokens,
      cachedTokens: row.cached_tokens,
      cacheWriteTokens: row.cache_write_tokens,
      reasoningTokens: row.reasoning_tokens,
    },
    costUsd: row.cost_usd,
    unpricedAttempts: row.unpriced_attempts,
    savedUsd: row.saved_usd,
    latencyMs: row.latency_ms,
    firstTokenMs: row.first_token_ms,
    queuedMs: row.queued_ms,
    source: row.source as CallEvent["source"],
    attempts: json(row, "attempts") as CallEvent["attempts"],
    reroutes: json(row, "reroutes") as CallEvent["reroutes"],
    resumes: json(row, "resumes") as CallEvent["resumes"],
    finishReason: row.finish_reason,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    fingerprint: row.fingerprint,
    promptFingerprint: row.prompt_fingerprint,
    children: row.children,
    repeatOf: row.repeat_of,
    tool: json(row, "tool") as CallEvent["tool"],
    notes: json(row, "notes") as CallEvent["notes"],
  };
}

function tagsOf(row: EventRow): CallEvent["tags"] {
  return {
    ...(row.user !== null && { user: row.user }),
    ...(row.session !== null && { session: row.session }),
    ...(json(row, "tags") as CallEvent["tags"]),
  };
}

function json(
  row: EventRow,
  column: "tags" | "prompt" | "response" | "attempts" | "reroutes" | "resumes" | "tool" | "notes",
): unknown {
  const text = row[column];
  if (text === null) return null;
  try {
    return fromJson(text);
  } catch (cause) {
    throw new Error(`The column ${column} of the event ${row.id} is not JSON.`, { cause });
  }
}
