import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { answerUnlessAborted, type Waiting } from "../../src/core/waiting.ts";

/** A wait that ends with `left`, or with what `end` is given. */
function makeWaiting() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting: Waiting<string> = { kind: "waiting", answer: promise, leave: () => resolve("left") };
  return { waiting, end: resolve };
}

describe("the answer of a wait that is left when a signal aborts", () => {
  it("is the wait's own, and the signal is let go of", async () => {
    const { waiting, end } = makeWaiting();
    const { signal } = new AbortController();
    const answer = answerUnlessAborted(waiting, signal);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    end("its turn");
    expect(await answer).toBe("its turn");
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("says that it was left when the signal aborts meanwhile", async () => {
    const { waiting } = makeWaiting();
    const caller = new AbortController();
    const answer = answerUnlessAborted(waiting, caller.signal);
    caller.abort();
    expect(await answer).toBe("left");
  });

  it("says that it was left when the signal had aborted before", async () => {
    const { waiting } = makeWaiting();
    expect(await answerUnlessAborted(waiting, AbortSignal.abort())).toBe("left");
  });

  it("fails as the wait does, and the signal is let go of", async () => {
    const { signal } = new AbortController();
    const answer = Promise.reject(new Error("broken"));
    const waiting: Waiting<never> = { kind: "waiting", answer, leave: () => {} };
    await expect(answerUnlessAborted(waiting, signal)).rejects.toThrow("broken");
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});
