import {
  addSpending,
  type BudgetLimit,
  type BudgetUse,
  combine,
  noSpending,
  type Spending,
} from "../../call/budget.ts";
import type { Settlement } from "./estimate.ts";

/** What is used in the current window of one length. */
export interface Account {
  readonly windowMs: number;
  /** When the window began, in milliseconds since the epoch: a multiple of its length. */
  startsAt: number;
  /** What this process has used. */
  own: Spending;
  /** What all others have used; `undefined` until it is known. */
  others: Spending | undefined;
}

/** What a call holds of its task's budget until it has ended: what it has used so far, and one more request. */
export interface Reservation {
  /** What the request alone lets one expect. */
  readonly estimate: Spending;
  /** The same, corrected by what recent calls have used. */
  readonly next: Spending;
  /** What earlier attempts of the call have used. */
  readonly spent: Spending;
}

/** A limit that has no room for a call. */
export interface Obstacle {
  readonly use: BudgetUse;
  readonly waitMs: number;
}

/** How much of a correction is left after each later call that needs none. */
const correctionKept = 0.98;

/**
 * What a task has used of its limits, and what its calls in flight may use: those together never exceed a limit. Only
 * a call that is alone may ask for more than what is left: else an estimate larger than the limit would block it for
 * good. So a limit is exceeded by one request at the most, as far as estimates hold; they are never below what recent
 * calls have used. Knows no clock and no store: times in milliseconds since the epoch are handed in.
 */
export class BudgetLedger {
  readonly #limits: readonly BudgetLimit[];
  readonly #accounts = new Map<number, Account>();
  #reserved = noSpending;
  #inFlight = 0;
  /** What requests have used of late for each unit of their estimate; 1 or more. */
  #correction: Spending = { costUsd: 1, tokens: 1, requests: 1 };

  constructor(limits: readonly BudgetLimit[]) {
    this.#limits = limits;
    for (const limit of limits) {
      if (limit.kind === "inFlight") continue;
      const { windowMs } = limit;
      const account = { windowMs, startsAt: Number.NaN, own: noSpending, others: undefined };
      this.#accounts.set(windowMs, account);
    }
  }

  /** One account for each length of a window, in the window of this time. */
  accountsAt(now: number): Account[] {
    return [...this.#accounts.values()].map((account) => turned(account, now));
  }

  reservationFor(estimate: Spending, spent: Spending = noSpending): Reservation {
    const corrected = combine(estimate, this.#correction, (amount, by) => amount * by);
    return { estimate, next: { ...corrected, tokens: Math.ceil(corrected.tokens) }, spent };
  }

  /** The limits that have no room for a reservation, which may take the place of an older one of its call. */
  obstaclesTo(reservation: Reservation, now: number, older?: Reservation): Obstacle[] {
    const othersInFlight = this.#inFlight - (older === undefined ? 0 : 1);
    return this.#limits.flatMap((limit) => {
      const use = this.#useOf(limit, now);
      const free = older === undefined ? 0 : heldOf(limit, older);
      const fits = use.used + use.reserved - free + heldOf(limit, reservation) <= use.of;
      const used = use.used + amountOf(limit, reservation.spent);
      const goesAlone = othersInFlight === 0 && used < use.of;
      return fits || goesAlone ? [] : [{ use, waitMs: limit.waitMs }];
    });
  }

  reserve(reservation: Reservation): void {
    this.#inFlight++;
    this.#reserved = addSpending(this.#reserved, held(reservation));
  }

  /** Takes a reservation back. */
  release(reservation: Reservation): void {
    this.#inFlight--;
    this.#reserved =
      this.#inFlight === 0
        ? noSpending
        : combine(this.#reserved, held(reservation), (all, one) => all - one);
  }

  /** Takes a reservation back, and counts what the call has really used in the window of this time. */
  settle(reservation: Reservation, { used, most }: Settlement, now: number): void {
    this.release(reservation);
    for (const account of this.accountsAt(now)) account.own = addSpending(account.own, used);
    this.#learn(most, reservation.estimate);
  }

  usesAt(now: number): BudgetUse[] {
    return this.#limits.map((limit) => this.#useOf(limit, now));
  }

  #useOf(limit: BudgetLimit, now: number): BudgetUse {
    const { kind, max } = limit;
    if (kind === "inFlight") {
      return {
        limit: kind,
        of: max,
        used: this.#inFlight,
        reserved: 0,
        windowMs: null,
        resetsAt: null,
      };
    }
    const { windowMs } = limit;
    const account = this.#accounts.get(windowMs);
    if (account === undefined) throw new TypeError(`no account of ${windowMs} ms`);
    const { own, others = noSpending, startsAt } = turned(account, now);
    return {
      limit: kind,
      of: max,
      used: amountOf(limit, addSpending(own, others)),
      reserved: amountOf(limit, this.#reserved),
      windowMs,
      resetsAt: startsAt + windowMs,
    };
  }

  /** Refused requests use nothing, and say nothing about an estimate. */
  #learn(most: Spending, estimate: Spending): void {
    if (most.tokens === 0) return;
    const seen = combine(most, estimate, (real, expected) => (expected > 0 ? real / expected : 1));
    this.#correction = combine(this.#correction, seen, (old, now) =>
      Math.max(1, old * correctionKept, now),
    );
  }
}

function turned(account: Account, now: number): Account {
  const startsAt = Math.floor(now / account.windowMs) * account.windowMs;
  if (startsAt === account.startsAt) return account;
  return Object.assign(account, { startsAt, own: noSpending, others: undefined });
}

function held({ spent, next }: Reservation): Spending {
  return addSpending(spent, next);
}

function heldOf(limit: BudgetLimit, reservation: Reservation): number {
  return amountOf(limit, held(reservation));
}

function amountOf({ kind }: BudgetLimit, { costUsd, tokens, requests }: Spending): number {
  return { cost: costUsd, tokens, requests, inFlight: 1 }[kind];
}
