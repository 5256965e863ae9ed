/** Items in the order of their coming. Joining, leaving and looking at the first cost the same at any length. */
class Line<Item> {
  readonly #items = new Set<Item>();
  /** Goes on from where it is, so that what has left is passed over once only. */
  readonly #order: Iterator<Item> = this.#items.values();
  #first: Item | undefined;

  get size(): number {
    return this.#items.size;
  }

  get first(): Item | undefined {
    if (this.size === 0) return undefined;
    while (this.#first === undefined || !this.#items.has(this.#first)) {
      this.#first = this.#order.next().value;
    }
    return this.#first;
  }

  add(item: Item): void {
    this.#items.add(item);
  }

  delete(item: Item): void {
    this.#items.delete(item);
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#items.values();
  }
}

/** Waiting items in lanes, which take turns: a long lane does not keep a short one waiting. */
export class FairQueue<Item extends { lane: string }> {
  readonly #lanes = new Map<string, Line<Item>>();
  readonly #everyone = new Line<Item>();

  get isEmpty(): boolean {
    return this.#everyone.size === 0;
  }

  /** Who has waited longest. */
  get oldest(): Item | undefined {
    return this.#everyone.first;
  }

  add(item: Item): void {
    this.#everyone.add(item);
    this.#join(item);
  }

  remove(item: Item): void {
    this.#everyone.delete(item);
    this.#leave(item);
  }

  /** Puts the item at the end of another lane. */
  move(item: Item, lane: string): void {
    if (item.lane === lane) return;
    this.#leave(item);
    item.lane = lane;
    this.#join(item);
  }

  /** The first of each lane, beginning with the lane whose turn it is. */
  *heads(): Generator<Item, void, undefined> {
    for (const { first } of this.#lanes.values()) if (first !== undefined) yield first;
  }

  /** The lane has had its turn. */
  endTurn(lane: string): void {
    const found = this.#lanes.get(lane);
    if (found === undefined) return;
    this.#lanes.delete(lane);
    this.#lanes.set(lane, found);
  }

  /** How many have their turn before one who joins this lane now, at the least. */
  ahead(lane: string): number {
    const own = this.#lanes.get(lane)?.size ?? 0;
    let ahead = 0;
    for (const { size } of this.#lanes.values()) ahead += Math.min(size, own);
    return ahead;
  }

  /** All items, the oldest first. */
  [Symbol.iterator](): Iterator<Item> {
    return this.#everyone[Symbol.iterator]();
  }

  #join(item: Item): void {
    const lane = this.#lanes.get(item.lane) ?? new Line<Item>();
    lane.add(item);
    this.#lanes.set(item.lane, lane);
  }

  #leave(item: Item): void {
    const lane = this.#lanes.get(item.lane);
    lane?.delete(item);
    if (lane?.size === 0) this.#lanes.delete(item.lane);
  }
}
