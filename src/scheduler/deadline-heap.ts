/**
 * Dead entries are swept once they may be more than half of all by this many. Each keeps all that hangs on it, such as a
 * prompt, so it is few; many enough that a sweep is still rare.
 */
const SWEEP_SLACK = 64;

/**
 * Items by deadline, the earliest first. An item that ended is only counted dead, in O(1), and swept later; one
 * whose deadline moved on is put back when its old one comes up.
 */
export class DeadlineHeap<Item> {
  readonly #deadlineOf: (item: Item) => number;
  readonly #isLive: (item: Item) => boolean;
  #keys: number[] = [];
  #items: Item[] = [];
  /** At most so many inside are not live. */
  #mostDead = 0;

  constructor(deadlineOf: (item: Item) => number, isLive: (item: Item) => boolean) {
    this.#deadlineOf = deadlineOf;
    this.#isLive = isLive;
  }

  push(item: Item): void {
    this.#insert(this.#deadlineOf(item), item);
  }

  /** Says that an item that may be inside is no longer live. */
  noteDead(): void {
    this.#mostDead++;
    if (this.#mostDead > this.#items.length / 2 + SWEEP_SLACK) this.#sweep();
  }

  /** The items inside that are live, in no order. */
  live(): Item[] {
    return this.#items.filter(this.#isLive);
  }

  /** The earliest deadline inside, maybe of a dead item; `undefined` when empty. */
  nextMs(): number | undefined {
    return this.#keys[0];
  }

  /** Takes out a live item whose deadline is at or before `nowMs`. */
  popDue(nowMs: number): Item | undefined {
    while (this.#keys.length > 0 && this.#keys[0]! <= nowMs) {
      const item = this.#pop();
      if (!this.#isLive(item)) continue;
      if (this.#deadlineOf(item) <= nowMs) return item;
      this.push(item);
    }
    return undefined;
  }

  #sweep(): void {
    const live = this.live();
    this.#keys = [];
    this.#items = [];
    this.#mostDead = 0;
    for (const item of live) this.push(item);
  }

  #insert(key: number, item: Item): void {
    const keys = this.#keys;
    const items = this.#items;
    let index = keys.push(key) - 1;
    items.push(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[index] = keys[parent]!;
      items[index] = items[parent]!;
      index = parent;
    }
    keys[index] = key;
    items[index] = item;
  }

  #pop(): Item {
    const keys = this.#keys;
    const items = this.#items;
    const top = items[0]!;
    const key = keys.pop()!;
    const item = items.pop()!;
    const size = keys.length;
    if (size === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[index] = keys[child]!;
      items[index] = items[child]!;
      index = child;
    }
    keys[index] = key;
    items[index] = item;
    return top;
  }
}
