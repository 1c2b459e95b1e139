import { Line } from "./line.ts";
import type { Place } from "./place.ts";

/**
 * One tenant's waiters inside one level. Those who were lifted into the level by aging stand in a line of their own
 * and take turns with the others, so that a crowd of them cannot bury a newcomer of the level's own priority.
 */
export class Flow {
  readonly tenant: string;
  readonly weight: number;
  /** Start tag of the flow's first waiter; while idle, the finish tag of the last one served. */
  tag = 0;
  readonly #native = new Line();
  readonly #aged = new Line();
  #isAgedTurn = false;
  size = 0;

  constructor(tenant: string, weight: number) {
    this.tenant = tenant;
    this.weight = weight;
  }

  /** Whoever is to be served next. */
  get head(): Place | undefined {
    if (this.#isAgedTurn) return this.#aged.head ?? this.#native.head;
    return this.#native.head ?? this.#aged.head;
  }

  push(place: Place): void {
    (place.isAged ? this.#aged : this.#native).push(place);
    place.flow = this;
    this.size++;
  }

  remove(place: Place): void {
    (place.isAged ? this.#aged : this.#native).remove(place);
    place.flow = undefined;
    this.size--;
  }

  /** Gives the next turn to the other line. */
  takeTurn(place: Place): void {
    this.#isAgedTurn = !place.isAged;
  }

  /** All waiters in the order of service. */
  *places(): Generator<Place> {
    let native = this.#native.head;
    let aged = this.#aged.head;
    let isAgedTurn = this.#isAgedTurn;
    while (native !== undefined || aged !== undefined) {
      const place = (isAgedTurn ? (aged ?? native) : (native ?? aged))!;
      yield place;
      if (place === aged) aged = aged.next;
      else native = native?.next;
      isAgedTurn = !place.isAged;
    }
  }
}
