import type { Clock, Timer } from "../core/clock.ts";
import { DeadlineHeap } from "./deadline-heap.ts";

/** One timer for many deadlines: each live item is told of once its own has come. */
export class DeadlineTimer<Item> {
  readonly #clock: Clock;
  readonly #heap: DeadlineHeap<Item>;
  readonly #onDue: (item: Item, nowMs: number) => void;
  #timer: Timer | undefined;
  #timerMs = Number.POSITIVE_INFINITY;

  /** `deadlineOf` may grow while an item is inside, and must not fall. */
  constructor(options: {
    clock: Clock;
    deadlineOf: (item: Item) => number;
    isLive: (item: Item) => boolean;
    onDue: (item: Item, nowMs: number) => void;
  }) {
    this.#clock = options.clock;
    this.#heap = new DeadlineHeap(options.deadlineOf, options.isLive);
    this.#onDue = options.onDue;
  }

  add(item: Item): void {
    this.#heap.push(item);
    if (this.#heap.nextMs()! < this.#timerMs) this.#arm();
  }

  /** The items inside that are live, in no order. */
  live(): Item[] {
    return this.#heap.live();
  }

  /** Says that an item that may be inside is no longer live. */
  noteDead(): void {
    this.#heap.noteDead();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer?.cancel();
    const nextMs = this.#heap.nextMs();
    this.#timerMs = nextMs ?? Number.POSITIVE_INFINITY;
    if (nextMs === undefined) return;
    this.#timer = this.#clock.after(nextMs - this.#clock.monotonicMs(), () => {
      const nowMs = this.#clock.monotonicMs();
      let item = this.#heap.popDue(nowMs);
      for (; item !== undefined; item = this.#heap.popDue(nowMs)) this.#onDue(item, nowMs);
      this.#arm();
    });
  }
}
