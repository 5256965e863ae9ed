import type { Answer } from "../call/answer.ts";
import { whenEnded } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import { DeadlineExceeded } from "../errors.ts";
import { linkAbort } from "../util/abort.ts";
import type { Next } from "./policy.ts";

/**
 * The call's total time as one signal: queueing, every attempt, every wait and the stream to its end. The caller's own
 * abort comes through it too. A call that is one of several for the same purpose comes with their common deadline.
 */
export async function deadline(call: Call, next: Next): Promise<Answer> {
  const { deadlineMs } = call.limits;
  const { controller, unlink } = linkAbort(call.signal);
  const expire = (): void => {
    const { source, attempts } = call.trace;
    const place = { task: call.task, callId: call.id, attempts };
    const isUnsent = source === "model" && attempts.length === 0;
    const detail = { limit: "deadline", limitMs: deadlineMs, isUnsent } as const;
    controller.abort(new DeadlineExceeded(detail, place));
  };
  const now = performance.now();
  const at = Math.min(call.deadline.at, now + deadlineMs);
  const timer = setTimeout(expire, Math.max(0, at - now));
  const release = (): void => {
    clearTimeout(timer);
    unlink();
  };
  if (at <= now) expire();
  try {
    controller.signal.throwIfAborted();
    const answer = await next({ ...call, signal: controller.signal, deadline: { at } });
    whenEnded(answer, release);
    return answer;
  } catch (error) {
    release();
    throw error;
  }
}
