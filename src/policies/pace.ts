import { type Answer, whenEnded } from "../call/answer.ts";
import type { Attempt } from "../call/attempt.ts";
import { keyOfTarget, type PaceRule } from "../call/target.ts";
import { PaceGate } from "./pace/gate.ts";
import type { Next, Policy, TargetedCall } from "./policy.ts";

/**
 * Sends a target no more than it takes: the requests and tokens a minute and the requests at once that are configured
 * for it, and what its own responses tell about its limits. Calls take turns by task; who cannot have its turn in time
 * goes to its fallback, or fails at once.
 */
export function pace(): Policy<TargetedCall> {
  const gates = new Map<string, PaceGate>();

  return async (call: TargetedCall, next: Next<TargetedCall>): Promise<Answer> => {
    if (isOff(call.target.pace)) return next(call);
    const turn = await gateOf(call).turn(call);
    const { attempts } = call.trace;
    const made = attempts.length;
    const end = (): void => turn.end(tokensOf(attempts[made]));
    try {
      const answer = await next({ ...call, onHeaders: turn.learn });
      whenEnded(answer, end);
      return answer;
    } catch (error) {
      end();
      throw error;
    }
  };

  function gateOf({ target }: TargetedCall): PaceGate {
    const key = keyOfTarget(target);
    const gate = gates.get(key) ?? new PaceGate(target.pace);
    gates.set(key, gate);
    return gate;
  }
}

function isOff({ learn, requestsPerWindow, tokensPerWindow, inFlight }: PaceRule): boolean {
  return !learn && (requestsPerWindow ?? tokensPerWindow ?? inFlight) === undefined;
}

/** What an attempt took; `undefined` when nobody can tell. */
function tokensOf(attempt: Attempt | undefined): number | undefined {
  if (attempt === undefined) return 0;
  const { usage, costUsd } = attempt;
  if (usage === null) return costUsd === 0 ? 0 : undefined;
  const { inputTokens, outputTokens } = usage;
  return inputTokens === null || outputTokens === null ? undefined : inputTokens + outputTokens;
}
