import type { Answer } from "../call/answer.ts";
import type { RetryRule } from "../call/call.ts";
import { SeamError } from "../call/seam-error.ts";
import { ProviderUnavailable } from "../errors.ts";
import { sleep } from "../util/abort.ts";
import { formatDuration } from "../util/duration.ts";
import type { Next, Policy, TargetedCall } from "./policy.ts";
import type { RetryBudgets } from "./retry/budget.ts";

/**
 * Asks the same target again after a failure that may pass: exponential backoff with full jitter, never sooner than
 * the provider's Retry-After. A wait that does not fit in the call's remaining time is not begun, nor is one longer
 * than the backoff's own maximum while a fallback can be asked instead. All calls together stay within the target's
 * retry budget.
 *
 * Full jitter: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function retry(budgets: RetryBudgets): Policy<TargetedCall> {
  return (call, next) => askAgain(call, next, budgets);
}

async function askAgain(
  call: TargetedCall,
  next: Next<TargetedCall>,
  budgets: RetryBudgets,
): Promise<Answer> {
  if (goesOnWith(call)) {
    if (overBudget(call, budgets) !== undefined) throw notAskedOn(call);
  } else if (call.retry.budget !== undefined) {
    budgets.first(call.target, call.retry.budget);
  }
  for (let failures = 1; ; failures++) {
    try {
      return await next(call);
    } catch (error) {
      if (!SeamError.is(error) || !error.retryable || failures >= call.retry.attempts) throw error;
      const waitMs = Math.max(backoff(call.retry, failures), error.retryAfterMs ?? 0);
      const obstacle = obstacleTo(waitMs, call) ?? overBudget(call, budgets);
      if (obstacle !== undefined) {
        call.trace.notes.push(`not retried on ${call.target.name}: ${obstacle}`);
        throw error;
      }
      const failed = call.trace.attempts.at(-1);
      if (failed !== undefined) failed.waitMs = waitMs;
      await sleep(waitMs, call.signal);
    }
  }
}

/** To ask a target once more, for the rest of a stream, is a retry, which an outage must not multiply either. */
function goesOnWith({ attemptKind, target: { name }, trace }: TargetedCall): boolean {
  return attemptKind === "resume" && trace.attempts.some(({ target }) => target === name);
}

function notAskedOn({ task, id, target, trace }: TargetedCall): SeamError {
  return new ProviderUnavailable(
    `${target.name} is not asked to go on: its retry budget is used up`,
    {
      task,
      callId: id,
      target: target.name,
      attempts: trace.attempts,
      retryable: false,
      reroutable: true,
    },
  );
}

function obstacleTo(waitMs: number, call: TargetedCall): string | undefined {
  const leftMs = call.deadline.at - performance.now();
  const wait = `a wait of ${formatDuration(waitMs)}`;
  if (waitMs >= leftMs) {
    return `${wait} does not fit in the ${formatDuration(Math.max(0, leftMs))} left of the deadline`;
  }
  if (call.hasFallback && waitMs > call.retry.maxDelayMs) {
    return `${wait} is longer than the ${formatDuration(call.retry.maxDelayMs)} of retry.maxDelay, and a fallback is there`;
  }
  return undefined;
}

function overBudget({ retry, target }: TargetedCall, budgets: RetryBudgets): string | undefined {
  if (retry.budget === undefined || budgets.take(target, retry.budget)) return undefined;
  return "the target's retry budget is used up";
}

function backoff({ baseDelayMs, maxDelayMs }: RetryRule, failures: number): number {
  return Math.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1));
}
