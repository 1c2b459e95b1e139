/** Entries that are added before a table is left, beside as many as it holds. */
const ADDED_TO_ONE_TABLE = 64;

/**
 * A map whose entries come and go with every call. In V8 a `Map` that grows, shrinks or is full of deleted entries moves
 * to a new table, and the old one keeps what it held and a reference to its successor. Once a table is old, collections of
 * young objects take all that hang on this chain for alive, although nobody can reach it: everything that was ever in the
 * map stays until a full collection. Here a new map is begun before long, to which no chain leads.
 */
export class TurnoverMap<K, V> implements Iterable<[K, V]> {
  #map: Map<K, V>;
  #added = 0;

  constructor(entries: Iterable<readonly [K, V]> = []) {
    this.#map = new Map(entries);
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  set(key: K, value: V): this {
    if (this.#added >= ADDED_TO_ONE_TABLE + this.#map.size) {
      this.#map = new Map(this.#map);
      this.#added = 0;
    }
    this.#added++;
    this.#map.set(key, value);
    return this;
  }

  delete(key: K): boolean {
    return this.#map.delete(key);
  }

  /** What is deleted meanwhile is left out, as long as nothing is added. */
  forEach(visit: (value: V, key: K) => void): void {
    for (const [key, value] of this.#map) visit(value, key);
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#map[Symbol.iterator]();
  }
}
