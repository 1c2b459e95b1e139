import type { Place } from "./place.ts";

/** First in, first out, with removal from anywhere in O(1): the places themselves are the links. */
export class Line {
  head: Place | undefined;
  #tail: Place | undefined;

  push(place: Place): void {
    place.previous = this.#tail;
    place.next = undefined;
    if (this.#tail === undefined) this.head = place;
    else this.#tail.next = place;
    this.#tail = place;
  }

  remove(place: Place): void {
    if (place.previous === undefined) this.head = place.next;
    else place.previous.next = place.next;
    if (place.next === undefined) this.#tail = place.previous;
    else place.next.previous = place.previous;
    place.previous = undefined;
    place.next = undefined;
  }
}
