import { type Answer, type Ending, whenEnded } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import { type Settlement, settlementOf } from "./budget/estimate.ts";
import type { Budgets } from "./budget/of-task.ts";
import type { Next, Policy } from "./policy.ts";

/** An attempt that may still run, or has told nothing, counts as all that was reserved for it. */
const notEnded: Ending = { ok: false, error: undefined };

/**
 * Refuses a call before it spends past a limit of its task: reserves what a request may use, one more before each
 * further attempt, and settles on what all attempts have used, whenever and however the call ends.
 */
export function budget(budgets: Budgets): Policy {
  return async (call: Call, next: Next): Promise<Answer> => {
    if (call.budget.length === 0) return next(call);
    const task = budgets.of(call.task, call.budget);
    let reservation = await task.enter(call);
    const before = call.trace.attempts.length;
    const settlement = (ending: Ending): Settlement =>
      settlementOf(call.trace.attempts.slice(before), ending, call, reservation.next);
    const allowAttempt = (): void => {
      if (call.trace.attempts.length === before) return;
      reservation = task.extend(reservation, settlement(notEnded).used, call);
    };
    const settle = (ending: Ending): void => task.leave(reservation, settlement(ending));
    let answer: Answer;
    try {
      answer = await next({ ...call, allowAttempt });
    } catch (error) {
      settle({ ok: false, error });
      throw error;
    }
    whenEnded(answer, settle);
    return answer;
  };
}
