import type { BudgetUse, Spending } from "../../call/budget.ts";
import type { Call } from "../../call/call.ts";
import { BudgetExceeded } from "../../errors.ts";
import type { BudgetLedger, Reservation } from "./ledger.ts";

interface Waiter {
  readonly call: Call;
  /** What one request of the call is estimated to use. */
  readonly wish: Spending;
  /** When it came, in milliseconds of `performance.now()`. */
  readonly since: number;
  readonly admit: (reservation: Reservation) => void;
  readonly refuse: (error: BudgetExceeded) => void;
}

/** Whether a call may go, may wait for a change at the latest in so many milliseconds, or waits in vain. */
type Verdict =
  | { readonly type: "go"; readonly reservation: Reservation }
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "refuse"; readonly use: BudgetUse };

/** The calls of one task that wait for room in its budget: first come, first served, none overtaken. */
export class BudgetQueue {
  readonly #ledger: BudgetLedger;
  /** Brings the ledger up to date with other processes before a window's room is given away. */
  readonly #refresh: () => Promise<void>;
  readonly #waiting = new Set<Waiter>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ledger: BudgetLedger, refresh: () => Promise<void>) {
    this.#ledger = ledger;
    this.#refresh = refresh;
  }

  /**
   * Reserves room for a call, or waits for it.
   *
   * @throws BudgetExceeded when there is none within the limit's wait and the call's deadline; the signal's reason
   */
  async enter(wish: Spending, call: Call): Promise<Reservation> {
    call.signal.throwIfAborted();
    const since = performance.now();
    const verdict = this.#judge({ call, wish, since });
    if (verdict.type === "refuse") throw budgetExceeded(verdict.use, call);
    if (verdict.type === "go" && this.#waiting.size === 0) {
      this.#ledger.reserve(verdict.reservation);
      return verdict.reservation;
    }
    try {
      return await this.#turnOf(wish, call, since);
    } finally {
      call.trace.queuedMs += performance.now() - since;
    }
  }

  /** Room may have become free: lets in whom it is enough for, in the order they came. */
  pump(): void {
    clearTimeout(this.#timer);
    for (const waiter of this.#waiting) {
      const verdict = this.#judge(waiter);
      if (verdict.type === "wait") {
        this.#timer = setTimeout(() => void this.#wake(), Math.max(1, Math.ceil(verdict.ms)));
        return;
      }
      this.#waiting.delete(waiter);
      if (verdict.type === "refuse") waiter.refuse(budgetExceeded(verdict.use, waiter.call));
      else {
        this.#ledger.reserve(verdict.reservation);
        waiter.admit(verdict.reservation);
      }
    }
  }

  async #wake(): Promise<void> {
    await this.#refresh();
    this.pump();
  }

  #turnOf(wish: Spending, call: Call, since: number): Promise<Reservation> {
    const { signal } = call;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiter);
        reject(signal.reason);
        this.pump();
      };
      const waiter: Waiter = {
        call,
        wish,
        since,
        admit: (reservation) => {
          signal.removeEventListener("abort", leave);
          resolve(reservation);
        },
        refuse: (error) => {
          signal.removeEventListener("abort", leave);
          reject(error);
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(waiter);
      if (this.#waiting.size === 1) this.pump();
    });
  }

  #judge({ call, wish, since }: Pick<Waiter, "call" | "wish" | "since">): Verdict {
    const now = Date.now();
    const reservation = this.#ledger.reservationFor(wish);
    const obstacles = this.#ledger.obstaclesTo(reservation, now);
    if (obstacles.length === 0) return { type: "go", reservation };
    const waitedMs = performance.now() - since;
    const toDeadlineMs = call.deadline.at - performance.now();
    let ms = Number.POSITIVE_INFINITY;
    for (const { use, waitMs } of obstacles) {
      const leftMs = waitMs - waitedMs;
      const toResetMs = (use.resetsAt ?? Number.POSITIVE_INFINITY) - now;
      const isInVain = isUsedUp(use) && toResetMs > Math.min(leftMs, toDeadlineMs);
      if (leftMs <= 0 || isInVain) return { type: "refuse", use };
      ms = Math.min(ms, leftMs, toResetMs);
    }
    return { type: "wait", ms };
  }
}

export function budgetExceeded(use: BudgetUse, { task, id, trace }: Call): BudgetExceeded {
  const retryAfterMs = isUsedUp(use) ? use.resetsAt - Date.now() : undefined;
  return new BudgetExceeded(use, { task, callId: id, attempts: trace.attempts, retryAfterMs });
}

/** Whether there is no room before the window turns. What is only reserved may become free at any time. */
function isUsedUp(use: BudgetUse): use is BudgetUse & { readonly resetsAt: number } {
  return use.resetsAt !== null && use.used >= use.of;
}
