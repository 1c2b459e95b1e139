import type { Refusal } from "../../core/refusal.ts";
import { type CompleteEvent, endEvent } from "../complete-event.ts";
import type { CompleteResult } from "../complete-result.ts";

/** The end of a stream of events, whatever came before. */
export async function lastEvent(events: AsyncIterable<CompleteEvent>): Promise<CompleteResult | Refusal> {
  for await (const event of events) {
    if (event.kind === "done") return event.result;
    if (event.kind === "refused") return event;
  }
  throw new Error("a request ended without an answer");
}

/** An answer that comes whole, as a stream of events. */
export async function* onlyEnd(
  answer: Promise<CompleteResult | Refusal>,
): AsyncGenerator<CompleteEvent, void> {
  yield endEvent(await answer);
}
