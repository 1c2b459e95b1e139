import type { Turn } from "./level-turns.ts";
import { Line } from "./line.ts";
import type { Place } from "./place.ts";

/** One tenant's waiters inside one level of priority, first come first served. */
export class Flow implements Turn {
  readonly tenant: string;
  /** 0 for the most urgent. */
  readonly level: number;
  readonly weight: number;
  /** Start tag of the flow's first waiter; while idle, the finish tag of the last one served. */
  tag = 0;
  readonly #line = new Line();
  size = 0;
  /** The shares of all waiters together. */
  queuedShare = 0;

  constructor(tenant: string, level: number, weight: number) {
    this.tenant = tenant;
    this.level = level;
    this.weight = weight;
  }

  /** Whoever is to be served next; `undefined` while idle. */
  get head(): Place | undefined {
    return this.#line.head;
  }

  push(place: Place): void {
    this.#line.push(place);
    place.flow = this;
    this.size++;
    this.queuedShare += place.share;
  }

  remove(place: Place): void {
    this.#line.remove(place);
    place.flow = undefined;
    this.size--;
    this.queuedShare = this.size === 0 ? 0 : this.queuedShare - place.share;
  }

  /**
   * Gives back what a call did not use of its share. Who waits may fall below the virtual time of the level by it, since
   * others went ahead while it was charged too much; who does not begins there again, so that nobody saves up credit.
   */
  correct(unusedShare: number): void {
    this.tag -= unusedShare / this.weight;
  }

  /** About how many waiters have start tags up to `tag`: exact where all have the same share. */
  countUpTo(tag: number): number {
    if (this.size === 0 || tag < this.tag) return 0;
    const step = this.queuedShare / this.size / this.weight;
    return step > 0 ? Math.min(this.size, Math.floor((tag - this.tag) / step) + 1) : this.size;
  }
}
