import { TurnoverMap } from "./turnover-map.ts";

/** A set whose values come and go with every call, for the sake of the garbage collector: see {@link TurnoverMap}. */
export class TurnoverSet<T> implements Iterable<T> {
  readonly #values = new TurnoverMap<T, true>();

  get size(): number {
    return this.#values.size;
  }

  add(value: T): this {
    this.#values.set(value, true);
    return this;
  }

  delete(value: T): boolean {
    return this.#values.delete(value);
  }

  *[Symbol.iterator](): Generator<T> {
    for (const [value] of this.#values) yield value;
  }
}
