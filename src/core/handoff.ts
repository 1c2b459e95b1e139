/**
 * Hands values from a producer to one consumer, one at a time: the producer goes on when the consumer asks for the next,
 * so that a consumer that stops reading stops the producer too.
 */
export class Handoff<Value> implements AsyncIterable<Value> {
  readonly #waiting: { value: Value; taken: () => void }[] = [];
  #wake: (() => void) | undefined;
  #isClosed = false;
  #isFree = false;
  #failure: { error: unknown } | undefined;
  readonly #onReturn: () => void;

  /** `onReturn` is called when the consumer stops before the end. */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  /** Resolves when the consumer has taken the value and asks for more, or has left. */
  push(value: Value): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ value, taken: resolve });
    if (this.#isFree) resolve();
    this.#wake?.();
    return promise;
  }

  /** Holds the producer back no more, whether or not the consumer takes what it hands over. */
  free(): void {
    this.#isFree = true;
    for (const { taken } of this.#waiting) taken();
  }

  /** No more values come. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** No more values come; the consumer gets the error after those that are left. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value> {
    let isAtEnd = false;
    try {
      for (;;) {
        const next = this.#waiting[0];
        if (next !== undefined) {
          yield next.value;
          this.#waiting.shift();
          next.taken();
        } else if (this.#isClosed) {
          isAtEnd = true;
          if (this.#failure !== undefined) throw this.#failure.error;
          return;
        } else {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#wake = resolve;
          await promise;
        }
      }
    } finally {
      this.#isClosed = true;
      for (const { taken } of this.#waiting.splice(0)) taken();
      if (!isAtEnd) this.#onReturn();
    }
  }
}
