import type { RetryBudgetRule } from "../../call/call.ts";
import { keyOfTarget, type Target } from "../../call/target.ts";
import { countIn, totalIn, type Window } from "../../call/window.ts";

type Counts = Window<"first" | "again">;

/**
 * How many retries a target has left: a share of its recent first attempts, and a floor for quiet services. Retries
 * beyond it would multiply an outage into a storm.
 */
export class RetryBudgets {
  readonly #counts = new Map<string, Counts>();

  /** Counts a first attempt on a target. */
  first(target: Target, rule: RetryBudgetRule): void {
    this.#count(target, { first: 1, again: 0 }, rule);
  }

  /** Takes one retry, if there is one left. */
  take(target: Target, rule: RetryBudgetRule): boolean {
    const counts = this.#counts.get(keyOfTarget(target)) ?? { slices: [] };
    const now = Date.now();
    const firsts = totalIn(counts, "first", now, rule.windowMs);
    const agains = totalIn(counts, "again", now, rule.windowMs);
    const floor = (rule.floorPerSecond * rule.windowMs) / 1_000;
    if (agains >= floor + rule.share * firsts) return false;
    this.#count(target, { first: 0, again: 1 }, rule);
    return true;
  }

  #count(target: Target, more: { first: number; again: number }, rule: RetryBudgetRule): void {
    const counts = this.#counts.get(keyOfTarget(target)) ?? { slices: [] };
    this.#counts.set(keyOfTarget(target), countIn(counts, more, Date.now(), rule.windowMs));
  }
}
