import { hash } from "node:crypto";

/**
 * A random number that orders what is drawn from: the `k` least ranks are a sample without replacement, in which a weight
 * of 2 is drawn twice as readily as one of 1 (Efraimidis and Spirakis 2006, "Weighted random sampling with a reservoir").
 * The same seed and id have the same rank, whatever else there is to draw from.
 */
export function rankOf(seed: number, id: string, weight = 1): number {
  const bits = Number.parseInt(hash("sha256", JSON.stringify([seed, id])).slice(0, 13), 16);
  return -Math.log((bits + 1) / (2 ** 52 + 1)) / weight;
}

/** Keeps what has the least ranks, one for each key; holds at most twice as much as it will give. */
export class LeastRanks<Value> {
  readonly #size: number;
  #most = Number.POSITIVE_INFINITY;
  #kept = new Map<string, { readonly rank: number; readonly value: Value }>();

  constructor(size: number) {
    this.#size = size;
  }

  /** Whether something of this rank may be among the least; much else is spared then. */
  mayKeep(rank: number): boolean {
    return rank <= this.#most;
  }

  add(key: string, rank: number, value: Value): void {
    const before = this.#kept.get(key);
    if (before !== undefined && before.rank <= rank) return;
    this.#kept.set(key, { rank, value });
    if (this.#kept.size <= 2 * this.#size) return;
    this.#kept = new Map(this.#least());
    this.#most = Math.max(...[...this.#kept.values()].map((kept) => kept.rank));
  }

  /** The least ranks first. */
  values(): Value[] {
    return this.#least().map(([, { value }]) => value);
  }

  #least() {
    return [...this.#kept].toSorted(([, a], [, b]) => a.rank - b.rank).slice(0, this.#size);
  }
}

/** The first of each group, the second of each, and so on, the largest groups first. */
export function inTurn<Value>(groups: readonly (readonly Value[])[]): Value[] {
  const bySize = groups.toSorted((a, b) => b.length - a.length);
  const rounds = Math.max(0, ...bySize.map((group) => group.length));
  return Array.from({ length: rounds }, (_, round) =>
    bySize.flatMap((group) => group.slice(round, round + 1)),
  ).flat();
}
