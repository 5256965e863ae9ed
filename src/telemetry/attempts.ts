import type { Attributes } from "@opentelemetry/api";
import type { Attempt } from "../call/attempt.ts";
import type { Call } from "../call/call.ts";
import type { CallEvent } from "../call/event.ts";
import type { Target } from "../call/target.ts";
import { serverOf } from "./target.ts";

/** An attempt that has ended, with the target it was made to. */
export interface EndedAttempt {
  readonly attempt: Attempt;
  /** `undefined` where the call does not know it by its name. */
  readonly target: Target | undefined;
}

/** Those that still run belong to the call that waits for them. */
export function endedAttempts({ attempts }: CallEvent, { targets }: Call): EndedAttempt[] {
  return attempts
    .filter(({ outcome }) => outcome !== "running")
    .map((attempt) => ({
      attempt,
      target: targets.find(({ name }) => name === attempt.target),
    }));
}

/** What the span of an attempt says. Its tokens have names of Seam's own: the call's span has them by the conventions. */
export function attemptAttributes({ attempt, target }: EndedAttempt): Attributes {
  const { usage } = attempt;
  return {
    ...(target !== undefined && serverOf(target)),
    "http.response.status_code": attempt.status ?? undefined,
    "error.type": hasFailed(attempt) ? attempt.outcome : undefined,
    "seam.target": attempt.target,
    "seam.attempt.number": attempt.number,
    "seam.attempt.kind": attempt.kind,
    "seam.attempt.outcome": attempt.outcome,
    "seam.attempt.first_token_ms": attempt.firstTokenMs ?? undefined,
    "seam.attempt.wait_ms": attempt.waitMs ?? undefined,
    "seam.attempt.input_tokens": usage?.inputTokens ?? undefined,
    "seam.attempt.output_tokens": usage?.outputTokens ?? undefined,
    "seam.attempt.cost_usd": attempt.costUsd ?? undefined,
  };
}

export function hasFailed({ outcome }: Attempt): boolean {
  return outcome !== "ok" && outcome !== "Aborted";
}
