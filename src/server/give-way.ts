import { setImmediate as nextTurn } from "node:timers/promises";

/** So many values are handed on in one turn of the event loop: about a millisecond's work. */
const MOST_IN_A_TURN = 32;

/**
 * The same values, with a turn of the event loop for everybody else now and then. A socket that takes what is written at
 * once never does that, so that a stream whose values are all there would hold up the whole process.
 */
export async function* giveWay<T>(values: AsyncIterable<T>): AsyncGenerator<T, void> {
  let count = 0;
  for await (const value of values) {
    yield value;
    if (++count % MOST_IN_A_TURN === 0) await nextTurn();
  }
}
