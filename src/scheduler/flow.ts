import type { Turn } from "./level-turns.ts";
import { Line } from "./line.ts";
import type { Place } from "./place.ts";

/** One tenant's waiters inside one level of priority, first come first served. */
export class Flow implements Turn {
  readonly tenant: string;
  readonly weight: number;
  /** Start tag of the flow's first waiter; while idle, the finish tag of the last one served. */
  tag = 0;
  readonly #line = new Line();
  size = 0;
  /** The shares of all waiters together. */
  queuedShare = 0;

  constructor(tenant: string, weight: number) {
    this.tenant = tenant;
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

  /** About how many waiters have start tags up to `tag`: exact where all have the same share. */
  countUpTo(tag: number): number {
    if (this.size === 0 || tag < this.tag) return 0;
    const step = this.queuedShare / this.size / this.weight;
    return step > 0 ? Math.min(this.size, Math.floor((tag - this.tag) / step) + 1) : this.size;
  }
}
