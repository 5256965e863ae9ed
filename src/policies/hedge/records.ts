import type { Call, HedgeRule } from "../../call/call.ts";
import { keyOfTarget } from "../../call/target.ts";
import { countIn, totalIn, type Window } from "../../call/window.ts";
import { SlidingQuantile } from "../../util/sliding-quantile.ts";
import type { TargetedCall } from "../policy.ts";

/** The times that are kept for each target and task. */
const keptTimes = 200;

type Counts = Window<"calls" | "hedges">;

/** What hedging goes by: how long targets took lately, and how many calls of a task were hedged. In this process. */
export class HedgeRecords {
  readonly #times = new Map<string, SlidingQuantile>();
  readonly #counts = new Map<string, Counts>();

  /** A call begins. */
  began(call: Call, rule: HedgeRule): void {
    this.#count(call.task, { calls: 1, hedges: 0 }, rule);
  }

  /** After how many milliseconds the target is late; `undefined` while too few times are known. */
  lateAfterMs(call: TargetedCall, rule: HedgeRule): number | undefined {
    if (rule.after !== "p95") return rule.after;
    const times = this.#times.get(keyOf(call));
    const now = Date.now();
    if (times === undefined || times.count(now) < rule.minimumCalls) return undefined;
    return times.quantile(0.95, now);
  }

  /** How long the target took, or at the least would have taken. */
  took(call: TargetedCall, rule: HedgeRule, ms: number): void {
    if (rule.after !== "p95") return;
    const key = keyOf(call);
    const times =
      this.#times.get(key) ?? new SlidingQuantile({ most: keptTimes, windowMs: rule.windowMs });
    this.#times.set(key, times);
    times.add(ms, Date.now());
  }

  /** Takes one hedge of the task's share, if there is one left. */
  take({ task }: Call, rule: HedgeRule): boolean {
    const counts = this.#counts.get(task) ?? { slices: [] };
    const now = Date.now();
    const calls = totalIn(counts, "calls", now, rule.windowMs);
    const hedges = totalIn(counts, "hedges", now, rule.windowMs);
    const least = calls >= rule.minimumCalls ? 1 : 0;
    if (hedges + 1 > Math.max(rule.share * calls, least)) return false;
    this.#count(task, { calls: 0, hedges: 1 }, rule);
    return true;
  }

  #count(task: string, more: { calls: number; hedges: number }, { windowMs }: HedgeRule): void {
    const counts = this.#counts.get(task) ?? { slices: [] };
    this.#counts.set(task, countIn(counts, more, Date.now(), windowMs));
  }
}

/** Whole answers and first tokens are two things, and so are the settings of two arms. */
function keyOf({ task, mode, arm, target }: TargetedCall): string {
  return JSON.stringify([task, mode, arm, keyOfTarget(target)]);
}
