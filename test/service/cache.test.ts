import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { CacheMode } from "../../gen/es/headway/v1/complete_pb.js";
import { Priority } from "../../gen/es/headway/v1/routing_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { failureOf } from "../support/service/failure.ts";
import { type GatedCall, GatedProvider } from "../support/service/gated-provider.ts";
import { recordSpans } from "../support/service/recorded-spans.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect, textOf } from "../support/service/talk.ts";

const HOUR_MS = 3_600_000;
const ANSWER = "one two three";

interface Settings {
  readonly cache?: string;
  readonly sections?: readonly string[];
  readonly clock?: ManualClock;
  readonly storagePath?: string;
  readonly tracing?: boolean;
  /** Default: they stand in nobody's way. */
  readonly limits?: string;
  readonly provider?: GatedProvider;
  /** Default: every call is answered at once. */
  readonly onCall?: ((call: GatedCall) => void) | undefined;
}

/** A Headway with a cache before a provider with the models `own/a` and `own/b`. */
async function start(settings: Settings = {}): Promise<{ headway: Headway; provider: GatedProvider }> {
  const { cache = "{enabled: true}", limits = "{rpm: 1000000}", sections = [] } = settings;
  const { provider = await GatedProvider.start() } = settings;
  if (settings.provider === undefined) onTestFinished(() => provider.stop());
  provider.onCall = "onCall" in settings ? settings.onCall : (call) => call.answer(ANSWER);
  const price = "price: {input_per_million_usd: 1, output_per_million_usd: 2}";
  const config = [
    "scheduler: {spacing: none}",
    "providers:",
    `  own: {type: openai_compatible, api_key: none, max_retries: 0, base_url: "${provider.baseUrl}",`,
    `    limits: ${limits}, models: {a: {${price}}, b: {${price}}}}`,
    `cache: ${cache}`,
    ...sections,
  ].join("\n");
  const { clock, storagePath, tracing } = settings;
  const headway = await startHeadway({
    config,
    ...(clock !== undefined && { clock }),
    ...(storagePath !== undefined && { storagePath }),
    ...(tracing !== undefined && { tracing }),
  });
  onTestFinished(() => headway.close());
  return { headway, provider };
}

const hello = (fields: Parameters<typeof ask>[1] = {}) =>
  ask("hello", { model: "own/a", temperature: 0, ...fields });
/** One connection carries all calls in order, so one that comes after them and is answered has come after them. */
const allHaveCome = (headway: Headway) => headway.load();
const FREE = { cacheHit: true, usage: { totalTokens: 0n }, cost: { totalNanoUsd: 0n }, attempts: [] };

describe("an identical request", () => {
  it.each(DOORS)("is answered from the cache and costs nothing, and says so, through %s", async (door) => {
    const { headway, provider } = await start();
    const first = await headway[door].complete(hello({ requestId: "first" }));
    expect(first).toMatchObject({
      cacheHit: false,
      usage: { totalTokens: 15n },
      cost: { totalNanoUsd: 20_000n },
    });
    const second = await headway[door].complete(hello({ requestId: "second", tags: { team: "x" } }));
    expect(second).toMatchObject({ ...FREE, model: "own/a", requestId: "second" });
    expect(textOf(second)).toBe(ANSWER);
    expect(provider.calls).toHaveLength(1);
    const { totals, groups } = await headway.grpc.getUsage({ groupBy: ["tag:team"] });
    expect(totals).toMatchObject({
      requests: 2n,
      cacheHits: 1n,
      primaryRequests: 1n,
      successRate: 1,
      usage: { totalTokens: 15n },
      cost: { totalNanoUsd: 20_000n },
    });
    expect(groups.find(({ key }) => key["tag:team"] === "x")?.totals).toMatchObject({
      cacheHits: 1n,
      requests: 1n,
    });
  });

  it("is streamed from the cache, and what was streamed is kept", async () => {
    const { headway, provider } = await start();
    const first = await collect(headway.grpc.streamComplete({ request: hello() }));
    expect(first.done).toMatchObject({ cacheHit: false });
    expect(first.deltas.length).toBeGreaterThan(1);
    const second = await collect(headway.grpc.streamComplete({ request: hello() }));
    expect(second.failure).toBeUndefined();
    expect(second.done).toMatchObject(FREE);
    expect(second.deltas.join("")).toBe(ANSWER);
    expect(second.kinds).not.toContain("attemptStarted");
    expect(await headway.connect.complete(hello())).toMatchObject(FREE);
    expect(provider.calls).toHaveLength(1);
  });

  it("is marked in the span of its RPC", async () => {
    const recorder = recordSpans();
    onTestFinished(() => recorder.stop());
    const { headway } = await start({ tracing: true });
    await headway.grpc.complete(hello());
    await headway.grpc.complete(hello());
    await collect(headway.grpc.streamComplete({ request: hello() }));
    const marks = recorder
      .spans()
      .filter(({ name }) => name.endsWith("Complete"))
      .map(({ attributes }) => attributes["headway.cache_hit"]);
    expect(marks).toEqual([undefined, true, true]);
    expect(recorder.spans().filter(({ name }) => name.startsWith("chat"))).toHaveLength(1);
  });

  it.each([
    ["it is not at temperature 0", { temperature: 0.7 }],
    ["it leaves the temperature open", { temperature: undefined }],
    ["it bypasses the cache", { cache: CacheMode.BYPASS }],
  ])("is answered anew when %s", async (_, fields) => {
    const { headway, provider } = await start();
    await headway.grpc.complete(hello(fields));
    expect((await headway.grpc.complete(hello(fields))).cacheHit).toBe(false);
    expect(provider.calls).toHaveLength(2);
  });

  it.each([
    ["its caller asks for the cache", { temperature: 0.7, cache: CacheMode.USE }, []],
    ["the configured temperature is 0", { temperature: undefined }, ["defaults: {temperature: 0}"]],
  ])("is answered from the cache when %s", async (_, fields, sections) => {
    const { headway, provider } = await start({ sections });
    await headway.grpc.complete(hello(fields));
    expect((await headway.grpc.complete(hello(fields))).cacheHit).toBe(true);
    expect(provider.calls).toHaveLength(1);
  });

  it("is answered anew when the cache is off, whatever its caller asks", async () => {
    const { headway, provider } = await start({ cache: "{enabled: false}" });
    await headway.grpc.complete(hello({ cache: CacheMode.USE }));
    expect((await headway.grpc.complete(hello({ cache: CacheMode.USE }))).cacheHit).toBe(false);
    expect(provider.calls).toHaveLength(2);
  });

  it("is answered anew after the time to live, and when its answer had to give way", async () => {
    const clock = new ManualClock();
    const { headway, provider } = await start({ cache: "{enabled: true, ttl: 1h, max_entries: 1}", clock });
    const isHit = async (fields = {}) => (await headway.grpc.complete(hello(fields))).cacheHit;
    expect([await isHit(), await isHit()]).toEqual([false, true]);
    clock.advance(HOUR_MS);
    expect([await isHit(), await isHit()]).toEqual([false, true]);
    expect([await isHit({ seed: 1n }), await isHit()]).toEqual([false, false]);
    expect(provider.calls).toHaveLength(4);
  });

  it("survives a restart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "headway-cache-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const storagePath = join(folder, "headway.db");
    const { headway, provider } = await start({ storagePath });
    const tools = [{ name: "f", description: "d", parameters: { type: "object", properties: {} } }];
    await headway.grpc.complete(hello({ tools }));
    await headway.close();
    const again = await start({ storagePath, provider });
    const answer = await again.headway.grpc.complete(hello({ tools }));
    expect(answer).toMatchObject(FREE);
    expect(textOf(answer)).toBe(ANSWER);
    expect(provider.calls).toHaveLength(1);
  });
});

describe("another answer is given to", () => {
  it.each([
    ["another model", { model: "own/b" }],
    ["other words", ask("hello!", {})],
    ["another bound of output", { maxOutputTokens: 10n }],
    ["another seed", { seed: 2n }],
    ["another top_p", { topP: 0.5 }],
    ["other ends", { stopSequences: ["x"] }],
    ["another form", { responseFormat: { type: 2 } }],
    ["other tools", { tools: [{ name: "f", description: "", parameters: { type: "object" } }] }],
    ["other options of the provider", { providerOptions: { own: { user: "u1" } } }],
    ["another strategy", { strategy: 2 }],
    ["another way of fitting", { contextStrategy: 3 }],
    ["other models to fall back to", { fallbackModels: ["own/b"] }],
    ["another bound of cost", { maxCostNanoUsd: 1_000_000_000n }],
  ])("%s", async (_, fields) => {
    const { headway, provider } = await start();
    await headway.grpc.complete(hello());
    const answer = await headway.grpc.complete(hello(fields));
    expect(answer.cacheHit).toBe(false);
    expect(provider.calls).toHaveLength(2);
  });

  it("another tenant, and one that may not use the model gets none", async () => {
    const { headway, provider } = await start({
      sections: [
        "tenants: {one: {token: token-one}, two: {token: token-two}, none: {token: token-none, models: [own/b]}}",
      ],
    });
    const as = (tenant: string) => ({ headers: { authorization: `Bearer token-${tenant}` } });
    const complete = (tenant: string) => headway.grpc.complete(hello(), as(tenant));
    expect((await complete("one")).cacheHit).toBe(false);
    expect((await complete("two")).cacheHit).toBe(false);
    expect((await complete("one")).cacheHit).toBe(true);
    expect((await complete("two")).cacheHit).toBe(true);
    expect(await failureOf(complete("none"))).toMatchObject({ reason: "MODEL_NOT_ALLOWED" });
    expect(provider.calls).toHaveLength(2);
  });
});

describe("only whole answers of the first choice are kept", () => {
  it("no failure", async () => {
    const { headway, provider } = await start({ onCall: (call) => call.fail(400) });
    await failureOf(headway.grpc.complete(hello()));
    provider.onCall = (call) => call.answer(ANSWER);
    expect((await headway.grpc.complete(hello())).cacheHit).toBe(false);
  });

  it("no answer of a fallback", async () => {
    const { headway, provider } = await start({
      onCall: (call) => (provider.calls.length === 1 ? call.fail(500) : call.answer(ANSWER)),
    });
    const request = hello({ fallbackModels: ["own/b"] });
    expect((await headway.grpc.complete(request)).model).toBe("own/b");
    expect(await headway.grpc.complete(request)).toMatchObject({ model: "own/a", cacheHit: false });
    expect(await headway.grpc.complete(request)).toMatchObject({ model: "own/a", cacheHit: true });
  });
});

describe("requests that are identical at the same time", () => {
  it("1,000 of them make one call, half of them streamed", async () => {
    const { headway, provider } = await start({ onCall: undefined });
    const unary = Array.from({ length: 500 }, () => headway.grpc.complete(hello()));
    const streams = Array.from({ length: 500 }, () =>
      collect(headway.grpc.streamComplete({ request: hello() })),
    );
    await vi.waitFor(() => expect(provider.calls).toHaveLength(1));
    await allHaveCome(headway);
    provider.calls[0]!.answer(ANSWER);
    const answers = await Promise.all(unary);
    const streamed = await Promise.all(streams);
    expect(provider.calls).toHaveLength(1);
    expect(answers.every((answer) => textOf(answer) === ANSWER)).toBe(true);
    expect(streamed.every(({ deltas, done }) => deltas.join("") === ANSWER && textOf(done) === ANSWER)).toBe(
      true,
    );
    const hits = [...answers, ...streamed.map(({ done }) => done!)].filter(({ cacheHit }) => cacheHit);
    expect(hits).toHaveLength(999);
    const { totals } = await headway.grpc.getUsage({});
    expect(totals).toMatchObject({ requests: 1000n, cacheHits: 999n, cost: { totalNanoUsd: 20_000n } });
    expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
  });

  it("of different tenants share nothing", async () => {
    const { headway, provider } = await start({
      sections: ["tenants: {one: {token: token-one}, two: {token: token-two}}"],
      onCall: undefined,
    });
    const asked = ["one", "two", "one", "two"].map((tenant) =>
      headway.grpc.complete(hello(), { headers: { authorization: `Bearer token-${tenant}` } }),
    );
    await vi.waitFor(() => expect(provider.calls).toHaveLength(2));
    provider.calls[0]!.answer("for one");
    provider.calls[1]!.answer("for the other");
    const texts = (await Promise.all(asked)).map(textOf);
    expect(texts[2]).toBe(texts[0]);
    expect(texts[3]).toBe(texts[1]);
    expect(texts[0]).not.toBe(texts[1]);
    expect(provider.calls).toHaveLength(2);
  });

  it("see the answer grow while another one's is streamed", async () => {
    const { headway, provider } = await start({ onCall: undefined });
    const first = collect(headway.grpc.streamComplete({ request: hello() }));
    await vi.waitFor(() => expect(provider.calls).toHaveLength(1));
    provider.calls[0]!.write("one ");
    let seen = "";
    const second = collect(headway.connect.streamComplete({ request: hello() }), (event) => {
      if (event.case === "delta") seen += event.value.text;
    });
    await vi.waitFor(() => expect(seen).toBe("one "));
    provider.calls[0]!.answer("two");
    expect((await first).deltas.join("")).toBe("one two");
    expect(await second).toMatchObject({ deltas: ["one ", "two"], done: { cacheHit: true } });
    expect(provider.calls).toHaveLength(1);
  });

  it.each(["complete", "stream"] as const)(
    "are not lost when the one that led leaves: its work goes on (%s)",
    async (kind) => {
      const { headway, provider } = await start({ onCall: undefined });
      const leaving = new AbortController();
      const options = { signal: leaving.signal };
      const first =
        kind === "complete"
          ? failureOf(headway.grpc.complete(hello(), options))
          : collect(headway.grpc.streamComplete({ request: hello() }, options)).then(
              ({ failure }) => failure,
            );
      await vi.waitFor(() => expect(provider.calls).toHaveLength(1));
      const second = headway.grpc.complete(hello());
      const third = collect(headway.grpc.streamComplete({ request: hello() }));
      await allHaveCome(headway);
      leaving.abort();
      expect(await first).toMatchObject({ code: "Canceled" });
      expect(provider.calls[0]!.isCut()).toBe(false);
      provider.calls[0]!.answer(ANSWER);
      expect(textOf(await second)).toBe(ANSWER);
      expect((await third).deltas.join("")).toBe(ANSWER);
      expect(provider.calls).toHaveLength(1);
    },
  );

  it("end the call when all have left, and leave nothing behind", async () => {
    const { headway, provider } = await start({ onCall: undefined });
    const leaving = new AbortController();
    const options = { signal: leaving.signal };
    const all = [
      failureOf(headway.grpc.complete(hello(), options)),
      failureOf(headway.grpc.complete(hello(), options)),
      collect(headway.grpc.streamComplete({ request: hello() }, options)),
    ];
    await vi.waitFor(() => expect(provider.calls).toHaveLength(1));
    await allHaveCome(headway);
    leaving.abort();
    await Promise.all(all);
    await vi.waitFor(() => expect(provider.calls[0]!.isCut()).toBe(true));
    await vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 }));
    provider.onCall = (call) => call.answer(ANSWER);
    expect((await headway.grpc.complete(hello())).cacheHit).toBe(false);
    const { totals } = await headway.grpc.getUsage({});
    expect(totals).toMatchObject({ requests: 4n, cacheHits: 0n });
  });

  it("each keep to their own deadlines", async () => {
    const { headway, provider } = await start({ onCall: undefined });
    const first = headway.grpc.complete(hello());
    await vi.waitFor(() => expect(provider.calls).toHaveLength(1));
    for (const door of DOORS) {
      const late = await failureOf(headway[door].complete(hello(), { timeoutMs: 50 }));
      expect(late.code).toBe("DeadlineExceeded");
    }
    provider.calls[0]!.answer(ANSWER);
    expect((await first).cacheHit).toBe(false);
  });

  it("share no work with one that is less urgent or more patient", async () => {
    const { headway, provider } = await start({
      limits: "[{metric: requests, window: 1m, amount: 3}]",
      onCall: undefined,
    });
    const leaving = new AbortController();
    const options = { signal: leaving.signal };
    const running = failureOf(headway.grpc.complete(ask("before", { model: "own/a" }), options));
    await vi.waitFor(() => expect(provider.calls).toHaveLength(1));
    const patient = failureOf(headway.grpc.complete(hello({ priority: Priority.BATCH }), options));
    await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(1));
    const hasty = hello({ priority: Priority.BATCH, maxWait: { seconds: 1n } });
    expect(await failureOf(headway.grpc.complete(hasty))).toMatchObject({ reason: "WAIT_TOO_LONG" });
    const urgent = failureOf(headway.grpc.complete(hello({ priority: Priority.HIGH }), options));
    await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(2));
    leaving.abort();
    await Promise.all([running, patient, urgent]);
  });

  it("lead in their turn when the one before fails, and go on alone after two failures", async () => {
    const { headway, provider } = await start({ onCall: undefined });
    const outcomes = Array.from({ length: 6 }, () => headway.grpc.complete(hello()).catch(() => "failed"));
    for (const count of [1, 2]) {
      await vi.waitFor(() => expect(provider.calls).toHaveLength(count));
      await allHaveCome(headway);
      expect(provider.calls).toHaveLength(count);
      provider.calls[count - 1]!.fail(400);
    }
    await vi.waitFor(() => expect(provider.calls).toHaveLength(6));
    for (const call of provider.calls.slice(2)) call.answer(ANSWER);
    const answers = await Promise.all(outcomes);
    expect(answers.filter((answer) => answer === "failed")).toHaveLength(2);
    expect(answers.filter((answer) => answer !== "failed")).toHaveLength(4);
  });

  it("take the answer of the second that led when the first has failed", async () => {
    const { headway, provider } = await start({ onCall: undefined });
    const streams = Array.from({ length: 4 }, () =>
      collect(headway.grpc.streamComplete({ request: hello() })),
    );
    await vi.waitFor(() => expect(provider.calls).toHaveLength(1));
    await allHaveCome(headway);
    provider.calls[0]!.fail(400);
    await vi.waitFor(() => expect(provider.calls).toHaveLength(2));
    provider.calls[1]!.answer(ANSWER);
    const ends = await Promise.all(streams);
    expect(ends.filter(({ failure }) => failure !== undefined)).toHaveLength(1);
    expect(ends.filter(({ done }) => done?.cacheHit)).toHaveLength(2);
    expect(provider.calls).toHaveLength(2);
  });
});
