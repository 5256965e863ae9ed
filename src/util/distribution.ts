/** How far a rank that is read from a sketch may lie from the true one, as a share of it. */
const relativeError = 0.01;
const growth = Math.log((1 + relativeError) / (1 - relativeError));
/** Smaller values, e.g. a negative one of a clock that was set back, count as this one. */
const smallest = 0.001;

/** The values at three ranks; `null` when there are no values. */
export interface Ranks {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/**
 * Numbers of which the ranks are wanted. As long as only numbers are added, ranks are exact: the nearest rank, the
 * smallest value that at least the share of all does not exceed. Sketches of other distributions can be added too; then
 * ranks lie within 1 % of the exact ones.
 *
 * A sketch counts values in buckets whose bounds grow by the same factor, so its size does not grow with the values:
 * DDSketch (Masson, Rim and Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
 * VLDB 2019).
 */
export class Distribution {
  #values: number[] = [];
  readonly #buckets = new Map<number, number>();

  add(value: number): void {
    this.#values.push(value);
  }

  addSketch(sketch: string): void {
    const flat: readonly number[] = JSON.parse(sketch);
    for (let at = 0; at < flat.length; at += 2) this.#count(flat[at] ?? 0, flat[at + 1] ?? 0);
  }

  /** JSON: each bucket, and behind it how many values it holds. */
  toSketch(): string {
    this.#pourValues();
    return JSON.stringify([...this.#buckets].flat());
  }

  ranks(): Ranks {
    if (this.#buckets.size === 0) return ranksOf(this.#values.length, exactly(this.#values));
    this.#pourValues();
    let size = 0;
    for (const count of this.#buckets.values()) size += count;
    return ranksOf(size, inBuckets(this.#buckets));
  }

  #pourValues(): void {
    for (const value of this.#values) {
      this.#count(Math.ceil(Math.log(Math.max(value, smallest)) / growth), 1);
    }
    this.#values = [];
  }

  #count(bucket: number, times: number): void {
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + times);
  }
}

function ranksOf(size: number, valueAt: (rank: number) => number | null): Ranks {
  const at = (percent: number) => valueAt(Math.ceil((size * percent) / 100));
  return { p50: at(50), p95: at(95), p99: at(99) };
}

function exactly(values: readonly number[]): (rank: number) => number | null {
  const sorted = Float64Array.from(values).sort();
  return (rank) => sorted[rank - 1] ?? null;
}

function inBuckets(buckets: ReadonlyMap<number, number>): (rank: number) => number | null {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  return (rank) => {
    let below = 0;
    for (const [bucket, count] of sorted) {
      below += count;
      if (below >= rank) return middleOf(bucket);
    }
    return null;
  };
}

/** The value from which both bounds of the bucket are equally far, as shares of themselves. */
function middleOf(bucket: number): number {
  return Math.exp(bucket * growth) * (1 - relativeError);
}
