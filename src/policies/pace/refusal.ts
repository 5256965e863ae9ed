import type { SeamError } from "../../call/seam-error.ts";
import { RateLimited } from "../../errors.ts";
import { formatDuration } from "../../util/duration.ts";
import type { TargetedCall } from "../policy.ts";

/** What the call could not wait for: the target's own limits, what its provider has told, or a place at all. */
type Cause = "limits" | "provider" | "wait";

/** The error of a call that Seam's pacing has not sent: its fallback may be asked, the same target not again. */
export function heldBack(call: TargetedCall, cause: Cause, inMs: number): SeamError {
  const { task, id: callId, target, trace } = call;
  const summary = `${target.name} is held back by Seam's own pacing: ${reasons[cause](call, inMs)}`;
  return new RateLimited(summary, {
    task,
    callId,
    target: target.name,
    attempts: trace.attempts,
    retryAfterMs: inMs > 0 ? inMs : undefined,
    retryable: false,
    reroutable: true,
  });
}

const reasons: Readonly<Record<Cause, (call: TargetedCall, inMs: number) => string>> = {
  limits: (call, inMs) =>
    `the call's turn comes in ${formatDuration(inMs)} at the soonest, and it may wait ${formatDuration(longestWait(call))}`,
  provider: (_call, inMs) =>
    `its provider takes no request for ${formatDuration(inMs)}, too long with a fallback at hand`,
  wait: ({ target }) =>
    `the call's turn did not come within the ${formatDuration(target.pace.waitMs)} of \`pace.wait\``,
};

function longestWait({ target, deadline }: TargetedCall): number {
  return Math.max(0, Math.min(target.pace.waitMs, deadline.at - performance.now()));
}
