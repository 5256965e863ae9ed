/** What was sent at about the same time. */
export interface Slice {
  readonly since: number;
  /** When the latest of it was sent. */
  at: number;
  amount: number;
}

const slicesPerWindow = 600;

/**
 * At most `limit` in any `windowMs`. What is sent within a 600th of the window (100 ms of a minute) is kept together,
 * and counts until the latest of it has left the window: never more than the limit, at times a little less, and no
 * more than 601 slices in memory.
 */
export class SlidingWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  #slices: Slice[] = [];
  #total = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** When so much may be sent, at the soonest; what exceeds the limit needs several windows, one after the other. */
  readyAt(amount: number, now: number): number {
    this.#forget(now);
    const fullWindows = Math.max(0, Math.ceil(amount / this.#limit) - 1);
    let excess = this.#total + amount - (fullWindows + 1) * this.#limit;
    let at = now;
    for (const slice of this.#slices) {
      if (excess <= 0) break;
      excess -= slice.amount;
      at = slice.at + this.#windowMs;
    }
    return at + fullWindows * this.#windowMs;
  }

  /** Counts what is sent now; `amount` of the returned slice may be set right later. */
  add(amount: number, now: number): Slice {
    this.#total += amount;
    const last = this.#slices.at(-1);
    if (last !== undefined && now - last.since < this.#windowMs / slicesPerWindow) {
      last.at = now;
      last.amount += amount;
      return last;
    }
    const slice = { since: now, at: now, amount };
    this.#slices.push(slice);
    return slice;
  }

  /** Sets right what was counted too high or too low. */
  correct(slice: Slice, by: number): void {
    slice.amount += by;
    if (this.#slices.includes(slice)) this.#total += by;
  }

  #forget(now: number): void {
    const from = this.#slices.findIndex(({ at }) => at + this.#windowMs > now);
    const gone = this.#slices.splice(0, from < 0 ? this.#slices.length : from);
    for (const { amount } of gone) this.#total -= amount;
  }
}
