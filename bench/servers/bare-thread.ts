import { parentPort } from "node:worker_threads";

/**
 * A thread that is kept busy and does nothing: for each message with a number of rows, so long as they would take if each
 * took 1.5 µs, a third of what the ledger's thread needs, in short turns with rests as the ledger takes them.
 */
const MICROS_PER_ROW = 1.5;
const TURN_MS = 0.075;
const REST_MS = 0.03;
const NEVER = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

parentPort!.on("message", (rowCount: number) => {
  for (let leftMs = (rowCount * MICROS_PER_ROW) / 1000; leftMs > 0; leftMs -= TURN_MS) {
    const endMs = performance.now() + Math.min(leftMs, TURN_MS);
    while (performance.now() < endMs);
    Atomics.wait(NEVER, 0, 0, REST_MS);
  }
});
