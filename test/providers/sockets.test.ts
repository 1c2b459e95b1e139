import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ManualClock } from "../../src/core/manual-clock.ts";
import type { Provider, ProviderCall, ProviderEvent } from "../../src/providers/provider.ts";
import { makeCall, makeRequest } from "../support/providers/make-call.ts";
import { attemptErrorOf, collect, deltaText } from "../support/providers/outcome.ts";
import { type Arrival, ScriptServer, send } from "../support/providers/script-server.ts";
import { makeProvider, TEST_KEY, UPSTREAM_KINDS } from "../support/providers/upstreams.ts";

const PROMPT = "The launch codes are kept under the third flower pot on the left.";

describe.each(UPSTREAM_KINDS)("$name on a real socket", (kind) => {
  const { wire } = kind;
  let server: ScriptServer;
  let clock: ManualClock;
  let provider: Provider;
  beforeEach(async () => {
    server = await ScriptServer.start();
    clock = new ManualClock();
    provider = makeProvider(kind, server.url, clock);
  });
  afterEach(async () => {
    await server.stop();
    await provider.close();
  });

  const call = (fields: Partial<ProviderCall> = {}) => makeCall(makeRequest(PROMPT), fields);
  const begin = ({ response }: Arrival, text = "") => {
    response.writeHead(200, { "content-type": wire.contentType });
    return send(response, wire.head + text);
  };

  it("closes the connection when the caller goes away before the answer", async () => {
    const caller = new AbortController();
    const failing = attemptErrorOf(provider.complete(call({ signal: caller.signal })));
    const arrival = await server.arrival();
    caller.abort();
    expect((await failing).reason).toBe("CANCELLED");
    await arrival.closed;
  });

  it("closes the connection when the caller goes away inside a stream", async () => {
    const caller = new AbortController();
    const events = provider.stream(call({ signal: caller.signal }))[Symbol.asyncIterator]();
    const first = nextDelta(events);
    const arrival = await server.arrival();
    await begin(arrival, wire.piece("Hello"));
    expect(await first).toBe("Hello");
    const failing = attemptErrorOf(nextDelta(events));
    caller.abort();
    expect((await failing).reason).toBe("CANCELLED");
    await arrival.closed;
  });

  it("closes the connection when the consumer returns early", async () => {
    const consuming = (async () => {
      for await (const event of provider.stream(call())) if (event.kind === "delta") break;
    })();
    const arrival = await server.arrival();
    await begin(arrival, wire.piece("Hello"));
    await consuming;
    await arrival.closed;
  });

  it("sends nothing for a caller that has already gone", async () => {
    const signal = AbortSignal.abort();
    expect((await attemptErrorOf(provider.complete(call({ signal })))).reason).toBe("CANCELLED");
    expect((await attemptErrorOf(collect(provider.stream(call({ signal }))))).reason).toBe("CANCELLED");
    expect(server.openSocketCount).toBe(0);
  });

  it("ends a unary call at its total timeout and closes the connection", async () => {
    const failing = attemptErrorOf(
      provider.complete(call({ timeouts: { totalMs: 2_000, firstTokenMs: 1, idleMs: 1 } })),
    );
    const arrival = await server.arrival();
    clock.advance(2_000);
    const error = await failing;
    expect(error.reason).toBe("TIMEOUT");
    expect(error.message).toBe("total timeout: no complete answer within 2000 ms");
    await arrival.closed;
  });

  it("ends a stream at its total timeout, however lively it is", async () => {
    const events = provider
      .stream(call({ timeouts: { totalMs: 2_000, idleMs: 1_500 } }))
      [Symbol.asyncIterator]();
    const first = nextDelta(events);
    const arrival = await server.arrival();
    await begin(arrival, wire.piece("one "));
    await first;
    clock.advance(1_400);
    const second = nextDelta(events);
    await send(arrival.response, wire.piece("two "));
    await second;
    const failing = attemptErrorOf(nextDelta(events));
    clock.advance(600);
    const error = await failing;
    expect(error.reason).toBe("TIMEOUT");
    expect(error.message).toMatch(/^total timeout/);
    await arrival.closed;
  });

  it("ends a stream that falls silent, and closes the connection", async () => {
    const events = provider.stream(
      call({ timeouts: { totalMs: 60_000, firstTokenMs: 9_000, idleMs: 2_000 } }),
    );
    const iterator = events[Symbol.asyncIterator]();
    const first = nextDelta(iterator);
    const arrival = await server.arrival();
    await begin(arrival, wire.piece("Hello"));
    await first;
    const failing = attemptErrorOf(nextDelta(iterator));
    await settled();
    clock.advance(1_999);
    expect(server.openSocketCount).toBe(1);
    clock.advance(1);
    const error = await failing;
    expect(error.reason).toBe("TIMEOUT");
    expect(error.message).toBe("idle timeout: nothing from the provider for 2000 ms");
    await arrival.closed;
  });

  it("does not take a slow consumer for a silent provider", async () => {
    const events = provider
      .stream(call({ timeouts: { totalMs: 60_000, idleMs: 2_000 } }))
      [Symbol.asyncIterator]();
    const first = nextDelta(events);
    const arrival = await server.arrival();
    await begin(arrival, wire.piece("Hello"));
    await first;
    clock.advance(30_000);
    arrival.response.end(wire.end);
    const rest = await drain(events);
    expect(rest.at(-1)?.kind).toBe("done");
  });

  const { keepAlive } = wire;
  const itIfWireHasPings = keepAlive === undefined ? undefined : it;
  itIfWireHasPings?.("takes a sign of life for one, though it is no piece", async () => {
    const events = provider
      .stream(call({ timeouts: { totalMs: 60_000, idleMs: 2_000 } }))
      [Symbol.asyncIterator]();
    const first = nextDelta(events);
    const arrival = await server.arrival();
    await begin(arrival, wire.piece("Hello"));
    await first;
    const rest = drain(events);
    await settled();
    const looks = vi.spyOn(clock, "monotonicMs");
    for (let beat = 0; beat < 4; beat++) {
      clock.advance(1_500);
      looks.mockClear();
      await send(arrival.response, keepAlive!);
      // Whoever hears something looks at the clock.
      await vi.waitFor(() => expect(looks).toHaveBeenCalled());
    }
    arrival.response.end(wire.end);
    expect((await rest).at(-1)?.kind).toBe("done");
  });

  it.each([
    ["between two pieces", () => wire.piece("Hello")],
    ["inside a piece", () => wire.piece("Hello") + wire.piece("there").slice(0, 12)],
  ])("takes an end that is no end for a cut, %s", async (_, text) => {
    const failing = attemptErrorOf(collect(provider.stream(call())));
    const arrival = await server.arrival();
    await begin(arrival);
    arrival.response.end(text());
    const error = await failing;
    expect(error.reason).toBe("CONNECTION");
    expect(error.message).toBe("the provider's answer was cut before its end");
  });

  it("takes an event that is no JSON for nonsense, and does not quote it", async () => {
    const failing = attemptErrorOf(collect(provider.stream(call())));
    const arrival = await server.arrival();
    await begin(arrival, wire.piece("Hello"));
    arrival.response.end(wire.piece("XYZZY").replaceAll('"', "'"));
    const error = await failing;
    expect(error.reason).toBe("SERVER_ERROR");
    expect(error.message).not.toContain("XYZZY");
  });

  it("slows the connection down when the consumer does not read", async () => {
    const piece = wire.piece("x".repeat(64 * 1024));
    const pieceCount = 400;
    const events = provider.stream(call())[Symbol.asyncIterator]();
    const first = nextDelta(events);
    const { response } = await server.arrival();
    response.writeHead(200, { "content-type": wire.contentType });
    response.write(wire.head);
    let written = 0;
    let isStuck = false;
    while (written < pieceCount && !isStuck) {
      written++;
      isStuck = !response.write(piece) && !(await drainsSoon(response));
    }
    await first;
    expect(isStuck).toBe(true);
    expect(written).toBeLessThan(pieceCount / 2);

    const rest = drain(events);
    for (; written < pieceCount; written++) {
      if (response.writableNeedDrain) await once(response, "drain");
      response.write(piece);
    }
    response.end(wire.end);
    const remaining = await rest;
    expect(deltaText(remaining).length).toBe((pieceCount - 1) * 64 * 1024);
    expect(remaining.at(-1)?.kind).toBe("done");
  });

  it("fails by CONNECTION when nobody listens", async () => {
    const lonely = makeProvider(kind, "http://127.0.0.1:9", clock);
    const error = await attemptErrorOf(lonely.complete(call()));
    expect(error.reason).toBe("CONNECTION");
    expect(error.message).toBe("the connection to the provider failed (ECONNREFUSED)");
    await lonely.close();
  });

  it("shows neither key nor prompt in an error, and not more than 300 characters", async () => {
    const failing = attemptErrorOf(provider.complete(call()));
    const { response } = await server.arrival();
    const message = `Bad key ${TEST_KEY} for "${PROMPT}" ${"and so on ".repeat(100)}`;
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ type: "error", error: { message, type: "invalid_request_error" } }));
    const error = await failing;
    expect(error.reason).toBe("VALIDATION");
    expect(error.message).toMatch(/^Bad key \[secret\] for "\[prompt\]"? ?and so on/);
    expect(error.message.length).toBeLessThanOrEqual(300);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("flower pot");
    expect(error.cause).toBeUndefined();
  });

  it("reuses its connection, sends its headers, and lets a running call end when it is closed", async () => {
    const first = attemptErrorOf(provider.complete(call()));
    (await server.arrival()).response.writeHead(500).end();
    await first;
    await settled();
    const second = attemptErrorOf(provider.complete(call()));
    const { response, headers } = await server.arrival();
    expect(JSON.stringify(headers)).toContain(TEST_KEY);
    expect(server.openSocketCount).toBe(1);
    const closing = provider.close();
    response.writeHead(503).end();
    expect((await second).reason).toBe("OVERLOADED");
    await closing;
  });
});

async function nextDelta(events: AsyncIterator<ProviderEvent>): Promise<string> {
  for (;;) {
    const next = await events.next();
    if (next.done) throw new Error("the stream has ended");
    if (next.value.kind === "delta") return next.value.text;
  }
}

async function drain(events: AsyncIterator<ProviderEvent>): Promise<ProviderEvent[]> {
  const collected: ProviderEvent[] = [];
  for (let next = await events.next(); !next.done; next = await events.next()) collected.push(next.value);
  return collected;
}

/** Lets what has arrived at this process be read: several turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether the response takes more again before long. */
async function drainsSoon(response: Arrival["response"]): Promise<boolean> {
  for (let turn = 0; turn < 100 && response.writableNeedDrain; turn++) await settled();
  return !response.writableNeedDrain;
}
