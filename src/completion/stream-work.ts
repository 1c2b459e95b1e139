import type { Call } from "../core/call.ts";
import { Handoff } from "../core/handoff.ts";

/**
 * Starts work that tells what happens, and hands it to one consumer. The work's own call ends with the caller's, and
 * when the consumer leaves early. What the work answers is the last event; undefined: there is none. `tell` resolves
 * when the consumer has taken the event and wants more, or has left, or when the work's call has ended.
 */
export function streamWork<Event>(
  { caller, deadlineMs, signal }: Call,
  work: (call: Call, tell: (event: Event) => Promise<void>) => Promise<Event | undefined>,
): AsyncIterable<Event> {
  const left = new AbortController();
  const handoff = new Handoff<Event>(() => left.abort());
  const ownCall: Call = { caller, deadlineMs, signal: AbortSignal.any([signal, left.signal]) };
  // Who has stopped reading and is waited for no more must not keep the slot of a call.
  ownCall.signal.addEventListener("abort", () => handoff.free(), { once: true });
  work(ownCall, (event) => handoff.push(event)).then(
    (last) => {
      if (last !== undefined) void handoff.push(last);
      handoff.close();
    },
    (error: unknown) => {
      left.abort();
      handoff.fail(error);
    },
  );
  return handoff;
}
