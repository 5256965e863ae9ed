/** The last values: at most `most` of them, none older than `windowMs`. Their quantiles are exact. */
export class SlidingQuantile {
  readonly #most: number;
  readonly #windowMs: number;
  /** Oldest first. */
  readonly #values: { readonly at: number; readonly value: number }[] = [];
  readonly #sorted: number[] = [];

  constructor({ most, windowMs }: { readonly most: number; readonly windowMs: number }) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  add(value: number, now: number): void {
    this.#forget(now);
    if (this.#values.length === this.#most) this.#dropOldest();
    this.#values.push({ at: now, value });
    this.#sorted.splice(this.#placeOf(value), 0, value);
  }

  count(now: number): number {
    this.#forget(now);
    return this.#values.length;
  }

  /** Nearest rank: the smallest value that at least this share of all do not exceed; `undefined` when there is none. */
  quantile(share: number, now: number): number | undefined {
    this.#forget(now);
    return this.#sorted[Math.max(0, Math.ceil(share * this.#sorted.length) - 1)];
  }

  #forget(now: number): void {
    while (this.#values[0] !== undefined && this.#values[0].at <= now - this.#windowMs) {
      this.#dropOldest();
    }
  }

  #dropOldest(): void {
    const oldest = this.#values.shift();
    if (oldest !== undefined) this.#sorted.splice(this.#placeOf(oldest.value), 1);
  }

  /** The first place whose value is no smaller. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
