import type { Answer } from "../call/answer.ts";
import type { HedgeRule } from "../call/call.ts";
import { isVerdict } from "../call/interrupted.ts";
import { SeamError } from "../call/seam-error.ts";
import { formatDuration } from "../util/duration.ts";
import { Chain, type Outcome } from "./hedge/chain.ts";
import { HedgeRecords } from "./hedge/records.ts";
import type { Next, Policy, TargetedCall } from "./policy.ts";
import type { RetryBudgets } from "./retry/budget.ts";

/**
 * Asks a second time when a target is late: the next target, or the same one where there is no other. The first to
 * answer (of a stream: to commit) is taken, the other one's socket is closed, and both are paid for. A set share of a
 * task's calls is hedged at the most, and each hedge is taken from the late target's retry budget.
 *
 * Dean and Barroso, "The Tail at Scale", Communications of the ACM, 2013: hedged requests.
 */
export function hedge(budgets: RetryBudgets): Policy<TargetedCall> {
  const records = new HedgeRecords();
  return async (call, next) => {
    const { hedge: rule } = call;
    if (rule === undefined || call.attemptKind !== "ask") return next(call);
    if (call.target === call.targets[0]) records.began(call, rule);
    return race(call, rule, next);
  };

  async function race(
    call: TargetedCall,
    rule: HedgeRule,
    next: Next<TargetedCall>,
  ): Promise<Answer> {
    const first = new Chain(call, next);
    const lateAfterMs = records.lateAfterMs(call, rule);
    const inTime =
      lateAfterMs === undefined ? await first.outcome : await first.outcomeWithin(lateAfterMs);
    if (inTime !== undefined) {
      if (inTime.ok) records.took(call, rule, first.elapsedMs);
      return first.deliver(inTime);
    }
    const second = askElsewhere(first, call, rule, next);
    const outcome = second === undefined ? await first.outcome : await settle(first, second);
    // One that was not waited for took at least as long as it ran; leaving it out would make the target seem fast.
    if (outcome.ok || call.signal.aborted) records.took(call, rule, first.elapsedMs);
    return outcome.chain.deliver(outcome);
  }

  /** The second chain, unless it is one too many, or the only target there is has other reasons to be late. */
  function askElsewhere(
    first: Chain,
    call: TargetedCall,
    rule: HedgeRule,
    next: Next<TargetedCall>,
  ): Chain | undefined {
    if (!call.hasFallback && !first.isOnlyAsking) return undefined;
    const obstacle = obstacleTo(call, rule);
    if (obstacle !== undefined) {
      call.trace.notes.push(`not hedged after ${formatDuration(first.elapsedMs)}: ${obstacle}`);
      return undefined;
    }
    const target = call.takeFallback() ?? call.target;
    return new Chain({ ...call, target, attemptKind: "hedge" }, next);
  }

  function obstacleTo(call: TargetedCall, rule: HedgeRule): string | undefined {
    if (!records.take(call, rule)) return `the task's share of ${rule.share} is used up`;
    const { budget } = call.retry;
    if (budget !== undefined && !budgets.take(call.target, budget)) {
      return "the target's retry budget is used up";
    }
    return undefined;
  }
}

/** The outcome of the two; the chain that did not bring it is cancelled. */
async function settle(first: Chain, second: Chain): Promise<Outcome> {
  const hedgedAfterMs = first.elapsedMs;
  const outcome = await firstToAnswer(first, second);
  await (outcome.chain === first ? second : first).cancel();
  const { target, trace } = second.call;
  trace.notes.push(
    `hedged after ${formatDuration(hedgedAfterMs)} on ${target.name}: ${endingText(outcome, second)}`,
  );
  return outcome;
}

/**
 * Whichever answers first; a verdict on an answer is one, too. One that fails leaves it to the other, unless the first
 * chain's error is one that no other target can mend. When both fail, the first chain's error is the call's.
 */
async function firstToAnswer(first: Chain, second: Chain): Promise<Outcome> {
  const sooner = await Promise.race([first.outcome, second.outcome]);
  if (isAnswer(sooner) || (sooner.chain === first && isFinal(sooner))) return sooner;
  const later = await (sooner.chain === first ? second : first).outcome;
  return isAnswer(later) ? later : await first.outcome;
}

function isAnswer(outcome: Outcome): boolean {
  return outcome.ok || isVerdict(outcome.error);
}

function isFinal(outcome: Outcome): boolean {
  return !outcome.ok && !(SeamError.is(outcome.error) && outcome.error.reroutable);
}

function endingText(outcome: Outcome, second: Chain): string {
  if (!isAnswer(outcome)) return "neither answered";
  return outcome.chain === second ? "the hedge was first" : "the first request was first";
}
