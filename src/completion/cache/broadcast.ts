/**
 * Lets several readers read one source, each from its beginning and at its own pace. The source is asked for the next
 * value when the fastest reader wants it, so that readers who all stop reading stop the source, and a slow one holds
 * back nobody. Everything that was read is kept.
 */
export class Broadcast<Value> {
  readonly #source: AsyncIterator<Value>;
  readonly #values: Value[] = [];
  #pulling: Promise<void> | undefined;
  #isEnded = false;

  constructor(source: AsyncIterator<Value>) {
    this.#source = source;
  }

  /** The value at a place from 0. Undefined: the source has ended before. Rejects with what the source throws. */
  async at(index: number): Promise<Value | undefined> {
    while (index >= this.#values.length && !this.#isEnded) {
      this.#pulling ??= this.#pull();
      await this.#pulling;
    }
    return this.#values[index];
  }

  /** Ends the source; what was read stays. */
  end(): void {
    this.#isEnded = true;
    // Whoever still waits for the source is told by its answer to the call before, if at all.
    this.#source.return?.().catch(() => {});
  }

  async #pull(): Promise<void> {
    try {
      const { done, value } = await this.#source.next();
      if (done === true) this.#isEnded = true;
      else this.#values.push(value);
    } finally {
      this.#pulling = undefined;
    }
  }
}
