import { describe, expect, it } from "vitest";
import type { CompleteEvent } from "../../src/completion/complete-event.ts";
import { fakeResult, fakeServices } from "./fake-services.ts";
import { DOORS, startFakeService } from "./running-service.ts";

const DELTA_COUNT = 10_000;

/** Counts the turns of the event loop until it is stopped. */
function countTurns(): { stop(): number } {
  let count = 0;
  let handle = setImmediate(function turn() {
    count++;
    handle = setImmediate(turn);
  });
  return {
    stop() {
      clearImmediate(handle);
      return count;
    },
  };
}

describe("a stream whose events are all there", () => {
  it.each(DOORS)("lets others have their turns, through $door", async ({ client }) => {
    let turnsMeanwhile = 0;
    async function* stream(): AsyncGenerator<CompleteEvent> {
      const turns = countTurns();
      for (let index = 0; index < DELTA_COUNT; index++) yield { kind: "delta", text: "word " };
      turnsMeanwhile = turns.stop();
      yield { kind: "done", result: fakeResult("") };
    }
    const service = await startFakeService({ completion: { ...fakeServices().completion, stream } });
    let received = 0;
    for await (const { event } of client(service).streamComplete({
      request: { messages: [{ role: 2, parts: [{ part: { case: "text", value: "a" } }] }] },
    })) {
      if (event.case === "delta") received++;
    }
    expect(received).toBe(DELTA_COUNT);
    expect(turnsMeanwhile).toBeGreaterThan(DELTA_COUNT / 100);
  });
});
