import { type Answer, whenEnded } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import { SeamError } from "../call/seam-error.ts";
import type { Troubles } from "../call/troubles.ts";
import { DeadlineExceeded } from "../errors.ts";
import { formatDuration } from "../util/duration.ts";
import { keyOf } from "./cache/tiers.ts";
import type { Next, Policy } from "./policy.ts";

/** How long a failed call is remembered, in milliseconds: longer than the pauses of the usual retry loops. */
const rememberedMs = 30_000;
/** Failed calls remembered for one task; the oldest go first. */
const rememberedCalls = 1_000;

/**
 * Notices a loop outside of Seam that retries, too: the same request (task, target, content, user and session) comes
 * again soon after Seam's own retries of it have failed. Such a call gets one attempt for each target, so that three
 * attempts in a loop of three make five requests and not nine. Where Seam does not retry, the loop may. Nothing is
 * computed for a task that is well.
 */
export function repeat(troubles: Troubles): Policy {
  const failures = new RecentFailures();
  return async (call: Call, next: Next): Promise<Answer> => {
    if (call.retry.attempts === 1) return next(call);
    const failed = failures.find(call);
    if (failed !== undefined) report(call, failed, troubles);
    try {
      const answer = await next(failed === undefined ? call : once(call));
      whenEnded(answer, ({ ok }) => ok && failures.forget(call));
      return answer;
    } catch (error) {
      if (wasRetriedInVain(error, call, failed)) failures.remember(call, error);
      throw error;
    }
  };
}

function once(call: Call): Call {
  return { ...call, hedge: undefined, retry: { ...call.retry, attempts: 1 } };
}

function report({ task, trace }: Call, { id, at }: Failure, troubles: Troubles): void {
  trace.repeatOf = id;
  const ago = formatDuration(performance.now() - at);
  trace.notes.push(
    `the same request failed ${ago} ago, in call ${id}: one attempt for each target, for Seam has retried it already`,
  );
  troubles.note(
    `An outer loop retries calls of ${task}`,
    new Error("Seam has retried them already; set that loop's retries to 0"),
  );
}

/**
 * A failure that may pass, of a call whose own retries were spent on it; or of a repeat, which had none left. Where
 * Seam has not retried, because no time was left or its retry budget was used up, nothing is multiplied.
 */
function wasRetriedInVain(
  error: unknown,
  { signal, trace }: Call,
  repeated: Failure | undefined,
): error is SeamError {
  if (!SeamError.is(error) || signal.aborted || trace.attempts.length === 0) return false;
  if (!error.retryable && error.code !== "DeadlineExceeded") return false;
  return repeated !== undefined || trace.attempts.some(({ waitMs }) => waitMs !== null);
}

interface Failure {
  readonly id: string;
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  /** The limit that ran out, if it was one. */
  readonly timeout: Pick<DeadlineExceeded, "limit" | "limitMs"> | undefined;
}

/** Whether the call has more of the time that the failed one ran out of: that is no loop, but another try. */
function hasMoreTime({ limits }: Call, { timeout }: Failure): boolean {
  if (timeout === undefined) return false;
  const { limit, limitMs } = timeout;
  if (limit === "deadline" || limit === "run") return limits.deadlineMs > limitMs;
  return limits.attempt[`${limit}Ms`] > limitMs;
}

/** The calls that have failed of late, by task and request; bounded, and empty while all is well. */
class RecentFailures {
  /** Oldest first. */
  readonly #byTask = new Map<string, Map<string, Failure>>();

  find(call: Call): Failure | undefined {
    const failures = this.#recent(call.task);
    const failure = failures?.get(requestKey(call) ?? "");
    return failure === undefined || hasMoreTime(call, failure) ? undefined : failure;
  }

  remember(call: Call, error: SeamError): void {
    const key = requestKey(call);
    if (key === undefined) return;
    const failures = this.#recent(call.task) ?? new Map<string, Failure>();
    this.#byTask.set(call.task, failures);
    const id = call.recordAs?.({ ok: false, error }).id ?? call.id;
    const timeout =
      error instanceof DeadlineExceeded
        ? { limit: error.limit, limitMs: error.limitMs }
        : undefined;
    failures.delete(key);
    failures.set(key, { id, at: performance.now(), timeout });
    const [oldest] = failures.keys();
    if (failures.size > rememberedCalls && oldest !== undefined) failures.delete(oldest);
  }

  forget(call: Call): void {
    this.#recent(call.task)?.delete(requestKey(call) ?? "");
  }

  #recent(task: string): Map<string, Failure> | undefined {
    const failures = this.#byTask.get(task);
    if (failures === undefined) return undefined;
    for (const [key, { at }] of failures) {
      if (performance.now() - at <= rememberedMs) break;
      failures.delete(key);
    }
    if (failures.size > 0) return failures;
    this.#byTask.delete(task);
    return undefined;
  }
}

/** Equal for calls that an outer loop repeats; `undefined` for a request that cannot be told from others. */
function requestKey(call: Call): string | undefined {
  try {
    const { user, session } = call.tags;
    return JSON.stringify([keyOf(call, call.targets[0]), user, session]);
  } catch {
    return undefined;
  }
}
