import { estimateTokens } from "../call/estimate.ts";
import { type HeaderReader, readRateLimits } from "../call/rate-limit-headers.ts";
import { withSettings } from "../call/request.ts";
import type { SeamError } from "../call/seam-error.ts";
import type { PaceRule } from "../call/target.ts";
import { type Amounts, LearnedLimits } from "./pace-learned.ts";
import { FairQueue } from "./pace-queue.ts";
import { heldBack } from "./pace-refusal.ts";
import { SlidingWindow } from "./pace-window.ts";
import type { TargetedCall } from "./policy.ts";

/** The right to send one request. */
export interface Turn {
  /** Takes in the headers of its response. */
  learn(status: number, header: HeaderReader): void;
  /** Gives the place back. `usedTokens`: what it really took, where that is known. Call it once. */
  end(usedTokens: number | undefined): void;
}

/** What a request takes of the limits. */
interface Demand {
  /** Of `tokensPerMinute`: the estimate, until the truth is known. */
  readonly tokens: number;
  /** Of what the provider has told about. */
  readonly learned: Amounts;
}

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

const oneRequest: Demand = {
  tokens: 1,
  learned: { requests: 1, tokens: 1, inputTokens: 1, outputTokens: 1 },
};

/** The turns of all calls to one target. What is configured is never exceeded; what was learned is advice. */
export class PaceGate {
  readonly #rule: PaceRule;
  readonly #requests: SlidingWindow | undefined;
  readonly #tokens: SlidingWindow | undefined;
  readonly #learned = new LearnedLimits();
  readonly #queue = new FairQueue<Waiter>();
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  /** When those who wait are to be advised of what was learned. */
  #adviseAt = Number.POSITIVE_INFINITY;

  constructor(rule: PaceRule) {
    const { requestsPerWindow, tokensPerWindow, windowMs } = rule;
    this.#rule = rule;
    this.#requests = windowOf(requestsPerWindow, windowMs);
    this.#tokens = windowOf(tokensPerWindow, windowMs);
  }

  /** At once, or when it is the call's turn; rejects when that cannot be in time, and with the signal's reason. */
  turn(call: TargetedCall): Turn | Promise<Turn> {
    const now = performance.now();
    const demand = this.#demandOf(call);
    const isFree = this.#queue.isEmpty && this.#fits(demand, now);
    if (isFree && this.#learned.readyAt(demand.learned, now) <= now)
      return this.#admit(demand, now);
    return this.#wait(call, demand, now);
  }

  #demandOf({ target, request }: TargetedCall): Demand {
    if (this.#tokens === undefined && !this.#learned.countsTokens) return oneRequest;
    const { input, output } = estimateTokens(withSettings(target.settings, request));
    const { tokensPerWindow = Number.POSITIVE_INFINITY } = this.#rule;
    return {
      tokens: Math.min(input + output, tokensPerWindow),
      learned: { requests: 1, tokens: input, inputTokens: input, outputTokens: 1 },
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
      until: since + this.#rule.waitMs,
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

  /** Whom the provider would hold for too long goes to its fallback, and need not heed it without one. */
  #advise(waiter: Waiter, now: number): SeamError | undefined {
    const { call, demand } = waiter;
    const advised = this.#learned.readyAt(demand.learned, now);
    waiter.heedsLearned = advised <= latestOf(waiter);
    if (waiter.heedsLearned || !call.hasFallback) return undefined;
    return heldBack(call, "provider", advised - now);
  }

  /** Refuses whose turn cannot come in time, even if all goes well. */
  #foresee(waiter: Waiter, now: number): SeamError | undefined {
    const ahead = waiter.heedsLearned ? this.#queue.ahead(laneOf(waiter)) : 0;
    const soonest = this.#limitsAt(waiter.demand, ahead, now);
    if (soonest <= latestOf(waiter)) return undefined;
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

  #adviseAll(now: number): void {
    this.#adviseAt = Number.POSITIVE_INFINITY;
    for (const waiter of this.#queue) {
      const refusal = this.#advise(waiter, now);
      if (refusal !== undefined) waiter.settle(refusal);
      else this.#queue.move(waiter, laneOf(waiter));
    }
  }

  #endLateOnes(now: number): void {
    for (let late = this.#queue.oldest; late !== undefined; late = this.#queue.oldest) {
      if (late.until > now) return;
      const { call, demand } = late;
      const isSent = !call.hasFallback && this.#fits(demand, now);
      const soonest = this.#limitsAt(demand, 0, now);
      late.settle(isSent ? this.#admit(demand, now) : heldBack(call, "wait", soonest - now));
    }
  }

  /** Whose turn it is; or when it will be somebody's. A request that has to wait for a limit is not overtaken. */
  #next(now: number): Waiter | number {
    let learnedAt: number | undefined;
    for (const waiter of this.#queue.heads()) {
      const { demand, heedsLearned } = waiter;
      if (heedsLearned && learnedAt !== undefined) continue;
      const advised = heedsLearned ? this.#learned.readyAt(demand.learned, now) : now;
      if (advised > now) {
        learnedAt = advised;
        continue;
      }
      if (this.#fits(demand, now)) return waiter;
      const soonest = this.#limitsAt(demand, 0, now);
      return soonest > now ? soonest : Number.POSITIVE_INFINITY;
    }
    return learnedAt ?? Number.POSITIVE_INFINITY;
  }

  #fits(demand: Demand, now: number): boolean {
    const { inFlight = Number.POSITIVE_INFINITY } = this.#rule;
    return this.#inFlight < inFlight && this.#limitsAt(demand, 0, now) <= now;
  }

  /** When the configured limits allow it, at the soonest. */
  #limitsAt({ tokens }: Demand, ahead: number, now: number): number {
    const requestsAt = this.#requests?.readyAt(ahead + 1, now) ?? now;
    return Math.max(requestsAt, this.#tokens?.readyAt(tokens, now) ?? now);
  }

  #admit({ tokens, learned }: Demand, now: number): Turn {
    this.#inFlight++;
    this.#requests?.add(1, now);
    const slice = this.#tokens?.add(tokens, now);
    const sent = this.#learned.spend(learned, now);
    return {
      learn: (status, header) => {
        if (!this.#rule.learn) return;
        const at = performance.now();
        this.#learned.learn(readRateLimits(header, status), sent, at);
        this.#adviseAt = Math.min(this.#adviseAt, at + adviseAfterMs);
        this.#wakeAt(Math.min(this.#wakesAt, this.#adviseAt));
      },
      end: (usedTokens = tokens) => {
        this.#inFlight--;
        this.#learned.answered(sent);
        if (slice !== undefined) this.#tokens?.correct(slice, usedTokens - tokens);
        if (!this.#queue.isEmpty) this.#serve();
      },
    };
  }

  /** Like an open request, a call that waits keeps the process alive. */
  #wakeAt(at: number): void {
    clearTimeout(this.#timer);
    this.#wakesAt = this.#queue.isEmpty ? Number.POSITIVE_INFINITY : at;
    if (this.#queue.isEmpty) return;
    this.#timer = setTimeout(() => this.#serve(), Math.max(0, Math.ceil(at - performance.now())));
  }
}

function windowOf(limit: number | undefined, windowMs: number): SlidingWindow | undefined {
  return limit === undefined ? undefined : new SlidingWindow(limit, windowMs);
}

/** Whom the provider's advice does not hold shall not stand behind whom it does. */
function laneOf({ call, heedsLearned }: Waiter): string {
  return `${heedsLearned ? "heeds" : "sends"} ${call.task}`;
}

function latestOf({ call, until }: Waiter): number {
  return Math.min(until, call.deadline.at);
}
