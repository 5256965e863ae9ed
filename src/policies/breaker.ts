import { type Answer, type Ending, whenEnded } from "../call/answer.ts";
import type { ErrorCode } from "../call/error-code.ts";
import { SeamError } from "../call/seam-error.ts";
import { keyOfTarget } from "../call/target.ts";
import type { Troubles } from "../call/troubles.ts";
import { ProviderUnavailable } from "../errors.ts";
import { within } from "../util/abort.ts";
import { formatDuration } from "../util/duration.ts";
import {
  type Admission,
  admit,
  type BreakerState,
  type Health,
  healthy,
  settle,
} from "./breaker/state.ts";
import type { Next, Policy, TargetedCall } from "./policy.ts";

/**
 * Keeps the breakers' state, by target. `change` is a pure function and may run more than once; a shared store applies
 * it atomically.
 */
export interface BreakerStore {
  update<T>(
    key: string,
    change: (state: BreakerState | undefined) => [BreakerState, T],
  ): T | Promise<T>;
}

/** The longest a call waits for the store, in milliseconds; then the target is asked as if it were well. */
const storeLimitMs = 250;

/** Errors that say something about the target and not about the request. */
const unhealthy: ReadonlySet<ErrorCode> = new Set([
  "RateLimited",
  "QuotaExhausted",
  "Overloaded",
  "ProviderUnavailable",
  "AuthenticationFailed",
  "DeadlineExceeded",
  "StreamInterrupted",
]);

/**
 * Does not ask a target that is known to be down: the call goes straight to its fallback, or fails at once with the
 * time when the target may be asked again. One call then tries, and the breaker closes if that goes well.
 *
 * Nygard, "Release It!", 2007: circuit breaker.
 */
export function breaker(store: BreakerStore, troubles: Troubles): Policy<TargetedCall> {
  return async (call: TargetedCall, next: Next<TargetedCall>): Promise<Answer> => {
    const rule = call.breaker;
    if (rule === undefined) return next(call);
    const { admission, reason } = await askAdmission(call);
    if (admission.type === "wait") throw notAsked(call, admission.ms, reason);
    const made = call.trace.attempts.length;
    try {
      const answer = await next(call);
      if (admission.type === "probe") await report(call, admission, { type: "ok" });
      whenEnded(answer, (ending) => {
        if (admission.type === "go") void report(call, admission, healthOf(ending, call));
      });
      return answer;
    } catch (error) {
      const wasAsked = call.trace.attempts.length > made;
      const health = healthOf({ ok: false, error }, call);
      await report(call, admission, wasAsked ? health : { type: "unknown" });
      throw error;
    }
  };

  async function askAdmission(
    call: TargetedCall,
  ): Promise<{ admission: Admission; reason: string | undefined }> {
    const probeMs = call.limits.attempt.totalMs;
    return guarded({ admission: { type: "go" }, reason: undefined }, () =>
      store.update(keyOfTarget(call.target), (state = healthy) => {
        const [after, admission] = admit(state, Date.now(), probeMs);
        return [after, { admission, reason: state.lastFailure }];
      }),
    );
  }

  async function report(call: TargetedCall, admission: Admission, health: Health): Promise<void> {
    const rule = call.breaker;
    if (rule === undefined) return;
    await guarded(undefined, () =>
      store.update(keyOfTarget(call.target), (state = healthy) => [
        settle(state, admission, health, rule, Date.now()),
        undefined,
      ]),
    );
  }

  async function guarded<T>(otherwise: T, work: () => T | Promise<T>): Promise<T> {
    try {
      return await within(storeLimitMs, work());
    } catch (error) {
      troubles.note("The state of the breakers could not be reached", error);
      return otherwise;
    }
  }
}

function healthOf(ending: Ending, call: TargetedCall): Health {
  if (ending.ok) return { type: "ok" };
  const { error } = ending;
  if (call.signal.aborted || !SeamError.is(error) || error.code === "BudgetExceeded") {
    return { type: "unknown" };
  }
  if (!unhealthy.has(error.code)) return { type: "ok" };
  return { type: "failed", reason: error.summary, retryAfterMs: error.retryAfterMs };
}

function notAsked(
  call: TargetedCall,
  waitMs: number | undefined,
  reason: string | undefined,
): SeamError {
  const last = reason === undefined ? "" : `; the last failure: ${reason}`;
  const until =
    waitMs === undefined ? "until one that tries it has ended" : `for ${formatDuration(waitMs)}`;
  return new ProviderUnavailable(
    `${call.target.name} is not asked ${until}: too many of its requests failed${last}`,
    {
      task: call.task,
      callId: call.id,
      target: call.target.name,
      attempts: call.trace.attempts,
      retryAfterMs: waitMs,
      retryable: false,
      reroutable: true,
    },
  );
}
