import { AttemptError } from "../../../src/core/attempt-error.ts";
import type { ProviderEvent } from "../../../src/providers/provider.ts";

/** All events of a stream. */
export async function collect(events: AsyncIterable<ProviderEvent>): Promise<ProviderEvent[]> {
  const collected: ProviderEvent[] = [];
  for await (const event of events) collected.push(event);
  return collected;
}

/** The texts of the deltas, joined. */
export function deltaText(events: readonly ProviderEvent[]): string {
  return events.map((event) => (event.kind === "delta" ? event.text : "")).join("");
}

/** The error that a call fails with; fails itself when the call succeeds or throws something else. */
export async function attemptErrorOf(call: Promise<unknown>): Promise<AttemptError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AttemptError) return error;
    throw new Error("the call threw something that is no AttemptError", { cause: error });
  }
  throw new Error("the call succeeded");
}
