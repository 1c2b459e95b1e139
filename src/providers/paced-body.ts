/**
 * A body as a web stream that is read from its source only while somebody waits for what comes of it. For an SDK that
 * reads ahead without end: so a consumer that stops reading still slows the connection down.
 */
export class PacedBody {
  readonly stream: ReadableStream<Uint8Array>;
  #mayRead = Promise.withResolvers<void>();

  constructor(source: AsyncIterable<Uint8Array>) {
    const pieces = source[Symbol.asyncIterator]();
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          await this.#mayRead.promise;
          const next = await pieces.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The values that an SDK makes of the body; reading is allowed while the next of them is waited for. */
  async *pace<Value>(values: AsyncIterable<Value>): AsyncGenerator<Value, void, undefined> {
    this.#mayRead.resolve();
    for await (const value of values) {
      this.#mayRead = Promise.withResolvers();
      yield value;
      this.#mayRead.resolve();
    }
  }
}
