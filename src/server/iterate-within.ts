/**
 * Iterates so that every step of the source is run by `run`. An async generator sees the context of whoever asks for
 * the next value, so a context that is set only around its making would be lost.
 */
export function iterateWithin<T>(
  source: AsyncIterable<T>,
  run: <R>(step: () => R) => R,
): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  return {
    next: () => run(() => iterator.next()),
    return: async () => {
      await run(() => iterator.return?.());
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
