import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { BatchResult } from "../../gen/es/headway/v1/complete_batch_pb.js";
import { ErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { Role } from "../../gen/es/headway/v1/message_pb.js";
import { Priority } from "../../gen/es/headway/v1/routing_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { collectBatch } from "../support/service/collect-batch.ts";
import { failureOf } from "../support/service/failure.ts";
import { type GatedCall, GatedProvider } from "../support/service/gated-provider.ts";
import { recordSpans } from "../support/service/recorded-spans.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, textOf } from "../support/service/talk.ts";
import { UPSTREAM_MODELS, upstreamConfig } from "../support/service/upstream-config.ts";

const ECHO =
  "scheduler: {spacing: none}\nproviders: {echo: {type: echo, models: {echo: {limits: {rpm: -1}}}}}";
interface Settings {
  readonly clock?: ManualClock;
  readonly storagePath?: string;
  readonly provider?: GatedProvider;
  readonly tracing?: boolean;
  /** Default: the test answers every call. */
  readonly onCall?: (call: GatedCall) => void;
}

/** A Headway before a provider with the model `own/a`. */
async function start(settings: Settings = {}): Promise<{ headway: Headway; provider: GatedProvider }> {
  const { provider = await GatedProvider.start(), clock, storagePath, tracing } = settings;
  if (settings.provider === undefined) onTestFinished(() => provider.stop());
  provider.onCall = settings.onCall;
  const config = [
    "scheduler: {spacing: none}",
    `providers: {own: {type: openai_compatible, api_key: none, max_retries: 0, base_url: "${provider.baseUrl}",`,
    "  limits: {rpm: 1000000}, models: {a: {price: {input_per_million_usd: 1, output_per_million_usd: 2}}}}}",
  ].join("\n");
  const headway = await startHeadway({
    config,
    ...(clock !== undefined && { clock }),
    ...(storagePath !== undefined && { storagePath }),
    ...(tracing !== undefined && { tracing }),
  });
  onTestFinished(() => headway.close());
  return { headway, provider };
}

const asks = (count: number, model: string, fields: Parameters<typeof ask>[1] = {}) =>
  Array.from({ length: count }, (_, index) => ask(`item ${index}`, { model, ...fields }));
const echoBack = (call: GatedCall) => call.answer(`answer to ${call.body.messages[0]!.content}`);
const indices = (results: readonly BatchResult[]) => results.map(({ index }) => index).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const responseOf = ({ outcome }: BatchResult) =>
  outcome.case === "response" ? outcome.value : expect.unreachable();

describe.each(DOORS)("a batch through %s", (door) => {
  it("answers each request with its index, also when others fail", async () => {
    const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
    await mock.start();
    onTestFinished(() => mock.stop().then(() => {}));
    mock.onMessage("bad", { error: { message: "No", type: "error" }, status: 400 });
    mock.onMessage("good", { content: "fine" });
    const headway = await startHeadway({ config: upstreamConfig(mock.url) });
    onTestFinished(() => headway.close());
    const model = UPSTREAM_MODELS.openai;
    const requests = [
      ask("good", { model }),
      ask("bad", { model }),
      ask("good", { model: "openai/no-such-model" }),
      ask("good", { model, temperature: 3 }),
      ask("good", { model: UPSTREAM_MODELS.anthropic }),
      { model, messages: [{ role: Role.USER, parts: [] }] },
    ];
    const { results, progress, failure } = await collectBatch(headway[door].completeBatch({ requests }));
    expect(failure).toBeUndefined();
    expect(indices(results)).toEqual(upTo(6));
    const outcomes = Object.fromEntries(
      results.map(({ index, outcome }) => [
        index,
        outcome.case === "response" ? textOf(outcome.value) : ErrorReason[outcome.value!.reason],
      ]),
    );
    expect(outcomes).toEqual({
      0: "fine",
      1: "ALL_ATTEMPTS_FAILED",
      2: "MODEL_NOT_FOUND",
      3: "INVALID_REQUEST",
      4: "fine",
      5: "INVALID_REQUEST",
    });
    expect(progress[0]).toMatchObject({ totalCount: 6, succeededCount: 0, failedCount: 0, runningCount: 0 });
    const wrong = results.find(({ index }) => index === 3)!.outcome;
    expect(wrong).toMatchObject({ case: "error", value: { code: 3, message: /temperature/ } });
  });

  it.each([
    ["no requests", { requests: [] }, ["requests"]],
    ["10,001 requests", { requests: Array.from({ length: 10_001 }, () => ({})) }, ["requests"]],
    ["a negative concurrency", { requests: [{}], maxConcurrency: -1 }, ["max_concurrency"]],
    ["a request_id that is too long", { requests: [{}], requestId: "x".repeat(129) }, ["request_id"]],
  ])("is refused with %s", async (_, request, fields) => {
    const headway = await startHeadway({ config: ECHO });
    onTestFinished(() => headway.close());
    const { failure, results } = await collectBatch(headway[door].completeBatch(request));
    expect(failure).toMatchObject({ code: "InvalidArgument", reason: "INVALID_REQUEST", fields });
    expect(results).toEqual([]);
  });
});

it("10,000 requests are all answered", async () => {
  const headway = await startHeadway({ config: ECHO });
  onTestFinished(() => headway.close());
  const requests = asks(10_000, "echo/echo");
  const seen = new Uint8Array(10_000);
  const { failure, results } = await collectBatch(headway.grpc.completeBatch({ requests }), (result) => {
    seen[result.index]!++;
    expect(textOf(responseOf(result))).toContain(`item ${result.index}`);
  });
  expect(failure).toBeUndefined();
  expect(results).toHaveLength(10_000);
  expect(seen.every((count) => count === 1)).toBe(true);
  const { totals } = await headway.grpc.getUsage({});
  expect(totals).toMatchObject({ requests: 10_000n, successRate: 1 });
});

describe("the requests of a batch", () => {
  it("are begun as many at a time as the caller says, and the next one when one is done", async () => {
    const { headway, provider } = await start();
    const done = collectBatch(headway.grpc.completeBatch({ requests: asks(8, "own/a"), maxConcurrency: 3 }));
    for (let answered = 0; answered < 8; answered++) {
      await vi.waitFor(() => expect(provider.calls).toHaveLength(Math.min(8, answered + 3)));
      await headway.load();
      expect(provider.calls.length).toBe(Math.min(8, answered + 3));
      echoBack(provider.calls[answered]!);
    }
    const { results } = await done;
    expect(indices(results)).toEqual(upTo(8));
    for (const result of results) {
      expect(textOf(responseOf(result))).toBe(`answer to item ${result.index}`);
    }
  });

  it("let others go first, unless they say otherwise", async () => {
    const clock = new ManualClock();
    const provider = await GatedProvider.start();
    onTestFinished(() => provider.stop());
    provider.onCall = echoBack;
    const config = [
      "scheduler: {spacing: none, safety_margin: 0, guard: 0s}",
      `providers: {own: {type: openai_compatible, api_key: none, base_url: "${provider.baseUrl}",`,
      "  limits: {rpm: 1}, models: {a: {}}}}",
    ].join("\n");
    const headway = await startHeadway({ config, clock });
    onTestFinished(() => headway.close());
    const waiting = (count: number) =>
      vi.waitFor(async () => expect((await headway.load()).waiting).toBe(count));
    await headway.grpc.complete(ask("first", { model: "own/a" }));
    const requests = [
      ask("patient", { model: "own/a" }),
      ask("urgent", { model: "own/a", priority: Priority.HIGH }),
    ];
    const batch = collectBatch(headway.grpc.completeBatch({ requests }));
    await waiting(2);
    const other = headway.grpc.complete(ask("other", { model: "own/a" }));
    await waiting(3);
    for (const count of [2, 3, 4]) {
      clock.advance(60_000);
      await vi.waitFor(() => expect(provider.calls).toHaveLength(count));
    }
    await Promise.all([batch, other]);
    const order = provider.calls.map(({ body }) => body.messages[0]!.content);
    expect(order).toEqual(["first", "urgent", "other", "patient"]);
  });

  it("wait for their turn longer than others do", async () => {
    const clock = new ManualClock();
    const { headway, provider } = await start({ clock, onCall: echoBack });
    await headway.close();
    const config = [
      "scheduler: {spacing: none, safety_margin: 0, guard: 0s, max_wait: 5s}",
      `providers: {own: {type: openai_compatible, api_key: none, base_url: "${provider.baseUrl}",`,
      "  limits: {rpm: 1}, models: {a: {}}}}",
    ].join("\n");
    const slow = await startHeadway({ config, clock });
    onTestFinished(() => slow.close());
    const requests = [...asks(2, "own/a"), ask("hasty", { model: "own/a", maxWait: { seconds: 1n } })];
    const batch = collectBatch(slow.grpc.completeBatch({ requests, maxConcurrency: 1 }));
    await vi.waitFor(async () => expect((await slow.load()).waiting).toBe(1));
    clock.advance(60_000);
    const { results } = await batch;
    expect(results.map(({ outcome }) => outcome.case)).toEqual(["response", "response", "error"]);
    expect(results[2]!.outcome.value).toMatchObject({ reason: ErrorReason.WAIT_TOO_LONG });
  });

  it("tell how far they have come, once a second", async () => {
    const clock = new ManualClock();
    const { headway, provider } = await start({ clock });
    const batch = collectBatch(headway.grpc.completeBatch({ requests: asks(3, "own/a"), maxConcurrency: 2 }));
    await vi.waitFor(() => expect(provider.calls).toHaveLength(2));
    echoBack(provider.calls[0]!);
    await vi.waitFor(() => expect(provider.calls).toHaveLength(3));
    clock.advance(999);
    clock.advance(1);
    await headway.load();
    provider.calls[1]!.fail(400);
    echoBack(provider.calls[2]!);
    const { progress } = await batch;
    expect(progress).toMatchObject([
      { totalCount: 3, succeededCount: 0, failedCount: 0, runningCount: 0 },
      { totalCount: 3, succeededCount: 1, failedCount: 0, runningCount: 2 },
    ]);
  });

  it("are each a span of their own", async () => {
    const recorder = recordSpans();
    onTestFinished(() => recorder.stop());
    const { headway } = await start({ onCall: echoBack, tracing: true });
    await collectBatch(headway.grpc.completeBatch({ requests: asks(2, "own/a") }));
    const spans = recorder.spans();
    const items = spans.filter(({ name }) => name === "item");
    expect(items.map(({ attributes }) => attributes["headway.batch_index"]).sort()).toEqual([0, 1]);
    const parents = spans
      .filter(({ name }) => name === "chat a")
      .map((span) => span.parentSpanContext?.spanId);
    expect(parents.sort()).toEqual(items.map((span) => span.spanContext().spanId).sort());
  });
});

describe("a batch whose caller", () => {
  it("leaves begins no more, ends what runs and leaves nothing behind", async () => {
    const { headway, provider } = await start();
    const leaving = new AbortController();
    const batch = collectBatch(
      headway.grpc.completeBatch(
        { requests: asks(100, "own/a"), maxConcurrency: 4 },
        { signal: leaving.signal },
      ),
    );
    await vi.waitFor(() => expect(provider.calls).toHaveLength(4));
    leaving.abort();
    expect((await batch).failure).toMatchObject({ code: "Canceled" });
    await vi.waitFor(() => expect(provider.calls.every((call) => call.isCut())).toBe(true));
    await vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 }));
    expect(provider.calls).toHaveLength(4);
    const { totals } = await headway.grpc.getUsage({});
    expect(totals).toMatchObject({ requests: 4n, successRate: 0 });
  });

  it("has a deadline ends with it", async () => {
    const { headway, provider } = await start();
    const batch = headway.grpc.completeBatch({ requests: asks(100, "own/a") }, { timeoutMs: 300 });
    const { failure } = await collectBatch(batch);
    expect(failure).toMatchObject({ code: "DeadlineExceeded" });
    await vi.waitFor(() => expect(provider.calls.every((call) => call.isCut())).toBe(true));
    await vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 }));
  });

  it("does not read holds back what has not begun", async () => {
    const long = "x".repeat(100_000);
    const { headway, provider } = await start({ onCall: (call) => call.answer(long) });
    const gate = Promise.withResolvers<void>();
    const requests = asks(400, "own/a");
    const batch = collectBatch(
      headway.grpc.completeBatch({ requests, maxConcurrency: 4 }),
      () => gate.promise,
    );
    let before = -1;
    await vi.waitFor(
      () => {
        const now = provider.calls.length;
        const isStill = now === before;
        before = now;
        expect(isStill && now > 0).toBe(true);
      },
      { interval: 1_000 },
    );
    // What fits into the buffers of both sides and the socket between them.
    expect(provider.calls.length).toBeLessThan(200);
    gate.resolve();
    expect(indices((await batch).results)).toEqual(upTo(400));
  });
});

describe("a batch with a request_id", () => {
  const requestId = "night-7";
  const BATCH = { requests: asks(6, "own/a", { temperature: 1 }), requestId, maxConcurrency: 2 };

  it("goes on where it was when it is sent again, and pays only for the rest", async () => {
    const { headway, provider } = await start();
    const leaving = new AbortController();
    const first = collectBatch(headway.grpc.completeBatch(BATCH, { signal: leaving.signal }), ({ index }) => {
      if (index === 2) leaving.abort();
    });
    for (const index of upTo(3)) {
      // Those that run at the same time may come in any order.
      const isOfItem = ({ body }: GatedCall) => body.messages[0]!.content === `item ${index}`;
      await vi.waitFor(() => expect(provider.calls.some(isOfItem)).toBe(true));
      echoBack(provider.calls.find(isOfItem)!);
    }
    await first;
    await vi.waitFor(async () => expect((await headway.load()).reserved).toBe(0));
    const calledBefore = provider.calls.length;
    const spent = async () => (await headway.grpc.getUsage({})).totals!.cost!.totalNanoUsd;
    const spentBefore = await spent();
    provider.onCall = echoBack;
    const { failure, results } = await collectBatch(headway.connect.completeBatch(BATCH));
    expect(failure).toBeUndefined();
    expect(indices(results)).toEqual(upTo(6));
    const hits = results.filter((result) => responseOf(result).cacheHit);
    expect(indices(hits)).toEqual([0, 1, 2]);
    for (const result of results) {
      expect(textOf(responseOf(result))).toBe(`answer to item ${result.index}`);
    }
    for (const hit of hits) expect(responseOf(hit).cost?.totalNanoUsd).toBe(0n);
    expect(provider.calls.length - calledBefore).toBe(3);
    const { totals } = await headway.grpc.getUsage({});
    expect(totals!.cacheHits).toBe(3n);
    expect((await spent()) - spentBefore).toBe(3n * 20_000n);
  });

  it("survives a restart, tries again what failed, and is forgotten after a day", async () => {
    const folder = mkdtempSync(join(tmpdir(), "headway-batch-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const storagePath = join(folder, "headway.db");
    const clock = new ManualClock({ wallMs: Date.UTC(2026, 10, 22) });
    const before = await start({ storagePath, clock });
    const { provider } = before;
    provider.onCall = (call) =>
      call.body.messages[0]!.content === "item 3" ? call.fail(400) : echoBack(call);
    const first = await collectBatch(before.headway.grpc.completeBatch(BATCH));
    expect(first.results.filter(({ outcome }) => outcome.case === "error")).toHaveLength(1);
    await before.headway.close();

    const { headway } = await start({ storagePath, clock, provider, onCall: echoBack });
    const again = await collectBatch(headway.grpc.completeBatch(BATCH));
    expect(again.results.every(({ outcome }) => outcome.case === "response")).toBe(true);
    expect(provider.calls).toHaveLength(7);
    clock.advance(86_400_000);
    await collectBatch(headway.grpc.completeBatch(BATCH));
    expect(provider.calls).toHaveLength(13);
  });

  it("is another one with another id, other requests, or another tenant", async () => {
    const provider = await GatedProvider.start();
    onTestFinished(() => provider.stop());
    provider.onCall = echoBack;
    const headway = await startHeadway({
      config: [
        "scheduler: {spacing: none}",
        `providers: {own: {type: openai_compatible, api_key: none, base_url: "${provider.baseUrl}", models: {a: {}}}}`,
        "tenants: {one: {token: token-one}, two: {token: token-two}}",
      ].join("\n"),
    });
    onTestFinished(() => headway.close());
    const run = async (fields: object, tenant = "one") => {
      const callsBefore = provider.calls.length;
      const headers = { authorization: `Bearer token-${tenant}` };
      const batch = { requests: asks(1, "own/a"), requestId, ...fields };
      expect((await collectBatch(headway.grpc.completeBatch(batch, { headers }))).failure).toBeUndefined();
      return provider.calls.length - callsBefore;
    };
    expect(await run({})).toBe(1);
    expect(await run({})).toBe(0);
    expect(await run({ requestId: "night-8" })).toBe(1);
    expect(await run({ requests: [ask("other", { model: "own/a" })] })).toBe(1);
    expect(await run({ requests: asks(2, "own/a") })).toBe(1);
    expect(await run({}, "two")).toBe(1);
    expect(await run({ requestId: "" })).toBe(1);
    expect(await run({ requestId: "" })).toBe(1);
  });

  it("that is sent while it still runs shares its calls", async () => {
    const { headway, provider } = await start();
    const leaving = new AbortController();
    const first = collectBatch(headway.grpc.completeBatch(BATCH, { signal: leaving.signal }));
    await vi.waitFor(() => expect(provider.calls).toHaveLength(2));
    const second = collectBatch(headway.grpc.completeBatch(BATCH));
    await headway.load();
    leaving.abort();
    expect((await first).failure).toMatchObject({ code: "Canceled" });
    provider.onCall = echoBack;
    for (const call of provider.calls.slice(0, 2)) echoBack(call);
    expect(indices((await second).results)).toEqual(upTo(6));
    expect(provider.calls).toHaveLength(6);
  });
});

it("when the server shuts down, what runs is answered and the rest is told to come again", async () => {
  const { headway, provider } = await start();
  const batch = collectBatch(
    headway.grpc.completeBatch({ requests: asks(10, "own/a"), maxConcurrency: 2, requestId: "r" }),
  );
  await vi.waitFor(() => expect(provider.calls).toHaveLength(2));
  const closing = headway.close(20_000);
  await vi.waitFor(async () => {
    const { reason } = await failureOf(headway.grpc.getUsage({}));
    expect(reason).toBe("SHUTTING_DOWN");
  });
  for (const call of provider.calls) echoBack(call);
  const { failure, results } = await batch;
  expect(indices(results)).toEqual([0, 1]);
  expect(failure).toMatchObject({ code: "Unavailable", reason: "SHUTTING_DOWN" });
  expect(failure!.message).toContain("same request_id");
  await closing;
  expect(provider.calls).toHaveLength(2);
});
