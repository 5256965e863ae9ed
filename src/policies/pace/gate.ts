import type { SeamError } from "../../call/seam-error.ts";
import type { PaceRule } from "../../call/target.ts";
import type { TargetedCall } from "../policy.ts";
import { type Demand, PaceLimits, type Turn } from "./limits.ts";
import { FairQueue } from "./queue.ts";
import { heldBack } from "./refusal.ts";

interface Waiter {
  readonly call: TargetedCall;
  readonly demand: Demand;
  /** When it has waited long enough; the call's deadline ends it by its signal. */
  readonly until: number;
  /** Whether what was learned holds it; otherwise only what is configured does. */
  heedsLearned: boolean;
  lane: string;
  settle(outcome: Turn | SeamError): void;
}

/** All who wait are looked at then: not for each of many responses. */
const adviseAfterMs = 50;

/** The turns of all calls to one target. What is configured is never exceeded; what was learned is advice. */
export class PaceGate {
  readonly #waitMs: number;
  readonly #limits: PaceLimits;
  readonly #queue = new FairQueue<Waiter>();
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  /** When those who wait are to be advised of what was learned. */
  #adviseAt = Number.POSITIVE_INFINITY;

  constructor(rule: PaceRule) {
    this.#waitMs = rule.waitMs;
    this.#limits = new PaceLimits(rule);
  }

  /** At once, or when it is the call's turn; rejects when that cannot be in time, and with the signal's reason. */
  turn(call: TargetedCall): Turn | Promise<Turn> {
    const now = performance.now();
    const demand = this.#limits.demandOf(call);
    const isFree = this.#queue.isEmpty && this.#limits.fits(demand, now);
    if (isFree && this.#limits.advisedAt(demand, now) <= now) return this.#admit(demand, now);
    return this.#wait(call, demand, now);
  }

  #admit(demand: Demand, now: number): Turn {
    const { learn, end } = this.#limits.take(demand, now);
    return {
      learn: (status, header) => {
        learn(status, header);
        this.#adviseAt = Math.min(this.#adviseAt, performance.now() + adviseAfterMs);
        this.#wakeAt(Math.min(this.#wakesAt, this.#adviseAt));
      },
      end: (usedTokens) => {
        end(usedTokens);
        if (!this.#queue.isEmpty) this.#serve();
      },
    };
  }

  #wait(call: TargetedCall, demand: Demand, since: number): Promise<Turn> {
    const { promise, resolve, reject } = Promise.withResolvers<Turn>();
    const { signal } = call;
    const leave = (): void => {
      signal.removeEventListener("abort", onAbort);
      this.#queue.remove(waiter);
      call.trace.queuedMs += performance.now() - since;
    };
    const onAbort = (): void => {
      leave();
      reject(signal.reason);
      this.#serve();
    };
    const waiter: Waiter = {
      call,
      demand,
      until: since + this.#waitMs,
      heedsLearned: true,
      lane: "",
      settle: (outcome) => {
        leave();
        if ("learn" in outcome) resolve(outcome);
        else reject(outcome);
      },
    };
    const refusal = this.#advise(waiter, since) ?? this.#foresee(waiter, since);
    if (signal.aborted) reject(signal.reason);
    else if (refusal !== undefined) reject(refusal);
    else {
      signal.addEventListener("abort", onAbort, { once: true });
      waiter.lane = laneOf(waiter);
      this.#queue.add(waiter);
      this.#serve();
    }
    return promise;
  }

  /**
   * Whom the provider would hold for too long goes to its fallback, and need not heed it without one. With a fallback
   * at hand, what is too long for a retry is too long here.
   */
  #advise(waiter: Waiter, now: number): SeamError | undefined {
    const { call, demand } = waiter;
    const patienceMs = call.hasFallback ? call.retry.maxDelayMs : Number.POSITIVE_INFINITY;
    const advised = this.#limits.advisedAt(demand, now);
    waiter.heedsLearned = advised <= Math.min(latestOf(waiter, now), now + patienceMs);
    if (waiter.heedsLearned || !call.hasFallback) return undefined;
    return heldBack(call, "provider", advised - now);
  }

  /** Refuses whose turn cannot come in time, even if all goes well. */
  #foresee(waiter: Waiter, now: number): SeamError | undefined {
    const ahead = waiter.heedsLearned ? this.#queue.ahead(laneOf(waiter)) : 0;
    const soonest = this.#limits.soonestAt(waiter.demand, ahead, now);
    if (soonest <= latestOf(waiter, now)) return undefined;
    return heldBack(waiter.call, "limits", soonest - now);
  }

  /** Gives out the turns that are due, ends the wait of who has waited long enough, and sets the timer for the next. */
  #serve(): void {
    const now = performance.now();
    if (now >= this.#adviseAt) this.#adviseAll(now);
    this.#giveTurns(now);
    this.#endLateOnes(now);
    const next = this.#giveTurns(now);
    this.#wakeAt(Math.min(next, this.#queue.oldest?.until ?? next, this.#adviseAt));
  }

  #adviseAll(now: number): void {
    this.#adviseAt = Number.POSITIVE_INFINITY;
    for (const waiter of this.#queue) {
      const refusal = this.#advise(waiter, now);
      if (refusal !== undefined) waiter.settle(refusal);
      else this.#queue.move(waiter, laneOf(waiter));
    }
  }

  /** Returns when the next turn will be due. */
  #giveTurns(now: number): number {
    let next = this.#next(now);
    while (typeof next === "object") {
      this.#queue.endTurn(next.lane);
      next.settle(this.#admit(next.demand, now));
      next = this.#next(now);
    }
    return next;
  }

  /** Whose turn it is; or when it will be somebody's. A request that has to wait for a limit is not overtaken. */
  #next(now: number): Waiter | number {
    let learnedAt = Number.POSITIVE_INFINITY;
    for (const waiter of this.#queue.heads()) {
      const { demand, heedsLearned } = waiter;
      if (heedsLearned && learnedAt < Number.POSITIVE_INFINITY) continue;
      const advised = heedsLearned ? this.#limits.advisedAt(demand, now) : now;
      if (advised > now) {
        learnedAt = advised;
        continue;
      }
      if (this.#limits.fits(demand, now)) return waiter;
      const readyAt = this.#limits.readyAt(demand, now);
      return readyAt > now ? readyAt : Number.POSITIVE_INFINITY;
    }
    return learnedAt;
  }

  /** Who has waited long enough, or would wait in vain. Without a fallback, advice alone ends no call. */
  #endLateOnes(now: number): void {
    for (let late = this.#queue.oldest; late !== undefined; late = this.#queue.oldest) {
      const { call, demand, until } = late;
      const soonest = this.#limits.soonestAt(demand, 0, now);
      if (until > now && soonest <= latestOf(late, now)) return;
      const isSent = !call.hasFallback && this.#limits.fits(demand, now);
      const cause = until > now ? "limits" : "wait";
      late.settle(isSent ? this.#admit(demand, now) : heldBack(call, cause, soonest - now));
    }
  }

  /** Like an open request, a call that waits keeps the process alive. */
  #wakeAt(at: number): void {
    clearTimeout(this.#timer);
    this.#wakesAt = this.#queue.isEmpty ? Number.POSITIVE_INFINITY : at;
    if (this.#queue.isEmpty) return;
    this.#timer = setTimeout(() => this.#serve(), Math.max(0, Math.ceil(at - performance.now())));
  }
}

/** Whom the provider's advice does not hold shall not stand behind whom it does. */
function laneOf({ call, heedsLearned }: Waiter): string {
  return `${heedsLearned ? "heeds" : "sends"} ${call.task}`;
}

/** A deadline that is over is told by the call's signal, a moment later. */
function latestOf({ call, until }: Waiter, now: number): number {
  return Math.max(now, Math.min(until, call.deadline.at));
}
