import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AttemptCause } from "../../gen/es/headway/v1/attempt_pb.js";
import { Role } from "../../gen/es/headway/v1/message_pb.js";
import { ContextStrategy } from "../../gen/es/headway/v1/routing_pb.js";
import { failureOf } from "../support/service/failure.ts";
import { type GatedCall, GatedProvider } from "../support/service/gated-provider.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect, textOf } from "../support/service/talk.ts";

const WINDOW_TOKENS = 1_000;
const SENTENCES = Array.from({ length: 800 }, (_, index) => `Sentence ${index} tells of the river.`);
const TEXT = SENTENCES.join(" ");
const OUTPUT_TOKENS = 10;

/** A Headway before `own/small`, which holds a small part of {@link TEXT}, and `own/large`, which holds all. */
async function start(
  onCall?: (call: GatedCall, provider: GatedProvider) => void,
  sections: readonly string[] = [],
): Promise<{ headway: Headway; provider: GatedProvider }> {
  const provider = await GatedProvider.start();
  onTestFinished(() => provider.stop());
  if (onCall !== undefined) provider.onCall = (call) => onCall(call, provider);
  const price = "price: {input_per_million_usd: 1, output_per_million_usd: 20}";
  const config = [
    "scheduler: {spacing: none}",
    `providers: {own: {type: openai_compatible, api_key: none, max_retries: 0, base_url: "${provider.baseUrl}",`,
    "  limits: {rpm: 1000000}, models: {",
    `    small: {context_window: ${WINDOW_TOKENS}, ${price}}, large: {context_window: 100000, ${price}}}}}`,
    ...sections,
  ].join("\n");
  const headway = await startHeadway({ config });
  onTestFinished(() => headway.close());
  return { headway, provider };
}

const contentOf = ({ body }: GatedCall) => String(body.messages.at(-1)!.content);
const isCombining = (call: GatedCall) => contentOf(call).includes("These are the answers to the parts");
const partOf = (call: GatedCall) => /This is part (\d+) of a text/.exec(contentOf(call))?.[1];
/** About as many as such texts have, each digit being one: Headway learns from what is reported. */
const tokensOf = (call: GatedCall) => {
  const content = contentOf(call);
  const wordChars = content.replaceAll(/\d/g, "").length;
  return Math.ceil(wordChars / 4) + (content.length - wordChars);
};
const answer = (call: GatedCall, text: string) =>
  call.answer(text, { prompt_tokens: tokensOf(call), completion_tokens: OUTPUT_TOKENS });
const answerAll = (call: GatedCall) =>
  answer(call, isCombining(call) ? "It is about a river." : `Answer ${partOf(call)}.`);
const costOf = (calls: readonly GatedCall[]) =>
  calls.reduce((sum, call) => sum + BigInt(tokensOf(call) * 1_000 + OUTPUT_TOKENS * 20_000), 0n);
const systemMessage = (text: string) => ({
  role: Role.SYSTEM,
  parts: [{ part: { case: "text" as const, value: text } }],
});
const userMessage = { role: Role.USER, parts: [{ part: { case: "text" as const, value: TEXT } }] };
const long = (fields: Parameters<typeof ask>[1] = {}) =>
  ask("", {
    model: "own/small",
    messages: [userMessage],
    contextStrategy: ContextStrategy.CHUNK,
    maxOutputTokens: 100n,
    ...fields,
  });

describe.each(DOORS)("a request that is too large, asked in parts through %s", (door) => {
  it("is answered by the combination, and says what all calls took", async () => {
    const { headway, provider } = await start(answerAll);
    const response = await headway[door].complete(
      long({ messages: [systemMessage("Be brief."), userMessage] }),
    );
    const calls = provider.calls.length;
    const parts = provider.calls.filter((call) => !isCombining(call));
    expect(textOf(response)).toBe("It is about a river.");
    expect(parts.length).toBeGreaterThan(3);
    expect(calls).toBe(parts.length + 1);
    expect(provider.calls.every(({ body }) => body.messages[0]!.content === "Be brief.")).toBe(true);
    for (const sentence of SENTENCES)
      expect(parts.some((call) => contentOf(call).includes(sentence))).toBe(true);
    const combined = contentOf(provider.calls.find(isCombining)!);
    const answers = parts.map((_, index) => `Part ${index + 1}:\nAnswer ${index + 1}.`);
    expect(combined).toContain(answers.join("\n\n"));
    expect(response.usage!.outputTokens).toBe(BigInt(10 * calls));
    expect(response.cost!.totalNanoUsd).toBe(costOf(provider.calls));
    expect(response.attempts).toHaveLength(calls);
    expect(response.attempts.every(({ cause }) => cause === AttemptCause.CHUNK)).toBe(true);
    expect(response.attempts.at(-1)!.explanation).toMatch(/^combining the answers: /);
    expect(response.route[0]!.attemptCount).toBe(calls);
    expect(response.contextChange).toMatchObject({
      strategy: ContextStrategy.CHUNK,
      chunkCount: parts.length,
      dropped: [],
    });
    expect(response.contextChange!.sentInputTokens).toBeGreaterThan(
      response.contextChange!.originalInputTokens,
    );
    const { totals } = await headway.grpc.getUsage({});
    expect(totals!.cost!.totalNanoUsd).toBe(costOf(provider.calls));
  });

  it("tells of each part as it is done, and streams the combination", async () => {
    const { headway, provider } = await start(answerAll);
    const progress: string[] = [];
    const streamed = await collect(headway[door].streamComplete({ request: long() }), (event) => {
      if (event.case !== "chunkProgress") return;
      progress.push(`${event.value.doneCount}/${event.value.totalCount}`);
    });
    const parts = provider.calls.length - 1;
    expect(progress).toEqual(Array.from({ length: parts + 1 }, (_, done) => `${done}/${parts}`));
    expect(streamed.deltas.join("")).toBe("It is about a river.");
    expect(streamed.deltas.length).toBeGreaterThan(1);
    expect(textOf(streamed.done)).toBe("It is about a river.");
    expect(streamed.done!.attempts).toHaveLength(parts + 1);
    expect(streamed.kinds.at(-1)).toBe("done");
  });
});

it("has a few parts asked at the same time", async () => {
  const { headway, provider } = await start();
  const answer = headway.grpc.complete(long());
  await vi.waitFor(() => expect(provider.calls).toHaveLength(4));
  await headway.load();
  expect(provider.calls).toHaveLength(4);
  answerAll(provider.calls[0]!);
  await vi.waitFor(() => expect(provider.calls).toHaveLength(5));
  provider.onCall = answerAll;
  for (const call of provider.calls.slice(1)) answerAll(call);
  expect(textOf(await answer)).toBe("It is about a river.");
});

it("combines in turns when the answers do not fit together", async () => {
  const words = "The river is long and wide and flows to the sea past many towns. ".repeat(4);
  const { headway, provider } = await start((call) =>
    answer(call, isCombining(call) ? "Summary of some." : `${partOf(call)}: ${words}`),
  );
  const response = await headway.grpc.complete(long({ responseFormat: { type: 2 } }));
  const combining = provider.calls.filter(isCombining);
  expect(combining.length).toBeGreaterThan(2);
  expect(contentOf(combining.at(-1)!)).toContain("Part 1:\nSummary of some.");
  // Only the answer itself has to have the form.
  const formed = provider.calls.map(({ body }) => "response_format" in body);
  expect(formed).toEqual(provider.calls.map((_, index) => index === provider.calls.length - 1));
  expect(textOf(response)).toBe("Summary of some.");
});

it("fails when answers are so long that not even two fit together", async () => {
  const words = "The river is long and wide and flows to the sea past many towns. ".repeat(40);
  const { headway } = await start((call) => answer(call, words));
  const failure = await failureOf(headway.grpc.complete(long()));
  expect(failure).toMatchObject({ code: "InvalidArgument", reason: "REQUEST_TOO_LARGE" });
  expect(failure.message).toContain("combining the answers failed");
});

it("fails as a whole when a part fails, ends the others, and says what is charged", async () => {
  const { headway, provider } = await start((call) => {
    if (partOf(call) === "1" || partOf(call) === "2") answerAll(call);
  });
  const answered = () => provider.calls.filter((call) => partOf(call) === "1" || partOf(call) === "2");
  const failing = failureOf(headway.grpc.complete(long()));
  await vi.waitFor(() => expect(provider.calls).toHaveLength(6));
  provider.calls.find((call) => partOf(call) === "5")!.fail(400);
  const failure = await failing;
  expect(failure).toMatchObject({
    code: "Unavailable",
    reason: "ALL_ATTEMPTS_FAILED",
    metadata: { answered_calls: "2" },
  });
  expect(failure.message).toMatch(/^part 5 of \d+ failed, and with it the whole/);
  await vi.waitFor(() =>
    expect(
      provider.calls.filter((call) => ["3", "4", "6"].includes(partOf(call)!)).every((call) => call.isCut()),
    ).toBe(true),
  );
  expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
  expect(provider.calls).toHaveLength(6);
  const { totals } = await headway.grpc.getUsage({});
  const charged = totals!.cost!.totalNanoUsd;
  expect(charged).toBeGreaterThanOrEqual(costOf(answered()));
  expect(failure.metadata.charged_nano_usd).toBe(String(charged));
});

it.each([
  ["the request's own bound", { maxCostNanoUsd: 12_000_000n }, []],
  ["the configured bound of a request", {}, ["budgets: {per_request_usd: 0.012}"]],
])("never spends more than %s", async (_, fields, sections) => {
  // Answers as long as they may be, so that all parts together cost more than the whole would.
  const usage = (call: GatedCall) => ({ prompt_tokens: tokensOf(call), completion_tokens: 100 });
  const { headway, provider } = await start((call) => call.answer("x", usage(call)), sections);
  const failure = await failureOf(headway.grpc.complete(long(fields)));
  expect(failure).toMatchObject({ code: "ResourceExhausted", reason: "BUDGET_EXCEEDED" });
  expect(provider.calls.length).toBeGreaterThan(1);
  const { totals } = await headway.grpc.getUsage({});
  expect(failure.metadata.charged_nano_usd).toBe(String(totals!.cost!.totalNanoUsd));
  expect(totals!.cost!.totalNanoUsd).toBeLessThanOrEqual(12_000_000n);
});

it("is refused at once when it would cost too much even whole", async () => {
  const { headway, provider } = await start(answerAll);
  const failure = await failureOf(headway.grpc.complete(long({ maxCostNanoUsd: 2_000_000n })));
  expect(failure).toMatchObject({ code: "ResourceExhausted", reason: "BUDGET_EXCEEDED" });
  expect(provider.calls).toHaveLength(0);
});

it("leaves nothing behind when its caller goes away", async () => {
  const { headway, provider } = await start();
  const leaving = new AbortController();
  const streamed = collect(headway.grpc.streamComplete({ request: long() }, { signal: leaving.signal }));
  await vi.waitFor(() => expect(provider.calls).toHaveLength(4));
  leaving.abort();
  expect((await streamed).failure).toMatchObject({ code: "Canceled" });
  await vi.waitFor(() => expect(provider.calls.every((call) => call.isCut())).toBe(true));
  await vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 }));
  expect(provider.calls).toHaveLength(4);
});

it("is not asked in parts when the first choice can hold it", async () => {
  const { headway, provider } = await start((call) => call.answer("All of it."));
  const response = await headway.grpc.complete(long({ model: "own/large", fallbackModels: ["own/small"] }));
  expect(textOf(response)).toBe("All of it.");
  expect(response.contextChange).toBeUndefined();
  expect(provider.calls).toHaveLength(1);
});

it("is refused with tools, since their calls cannot be combined", async () => {
  const { headway, provider } = await start(answerAll);
  const tools = [{ name: "f", description: "d", parameters: { type: "object" } }];
  const failure = await failureOf(headway.grpc.complete(long({ tools })));
  expect(failure).toMatchObject({ code: "InvalidArgument", reason: "REQUEST_TOO_LARGE" });
  expect(failure.message).toContain("a request with tools cannot be asked in parts");
  expect(provider.calls).toHaveLength(0);
  expect((await headway.grpc.getUsage({})).totals).toMatchObject({ requests: 1n, errors: 1n });
});

it("is refused when what surrounds the longest text is too large", async () => {
  const { headway } = await start(answerAll);
  const failure = await failureOf(
    headway.grpc.complete(long({ messages: [systemMessage(TEXT), userMessage] })),
  );
  expect(failure).toMatchObject({ reason: "REQUEST_TOO_LARGE" });
  expect(failure.message).toContain("what surrounds the longest text is too large by itself");
});

it("is answered from the cache as a whole", async () => {
  const { headway, provider } = await start(answerAll, ["cache: {enabled: true}"]);
  const first = await headway.grpc.complete(long({ temperature: 0 }));
  const calls = provider.calls.length;
  const second = await headway.grpc.complete(long({ temperature: 0 }));
  expect(second).toMatchObject({ cacheHit: true, contextChange: first.contextChange, attempts: [] });
  expect(textOf(second)).toBe(textOf(first));
  expect(provider.calls).toHaveLength(calls);
});

it("is planned so", async () => {
  const { headway } = await start();
  const { refusal, route } = await headway.grpc.planComplete({ request: long() });
  expect(refusal).toBeUndefined();
  expect(route[0]!.explanation).toContain("so the request is asked in parts");
});

describe("context_strategy auto", () => {
  it("takes a model that can hold the request before it shortens the request", async () => {
    const { headway } = await start((call) => call.answer("ok"));
    const contextStrategy = ContextStrategy.AUTO;
    const fallback = await headway.grpc.complete(long({ contextStrategy, fallbackModels: ["own/large"] }));
    expect(fallback.model).toBe("own/large");
    expect(fallback.contextChange).toBeUndefined();
    const alone = await headway.grpc.complete(long({ contextStrategy }));
    expect(alone).toMatchObject({
      model: "own/small",
      contextChange: { strategy: ContextStrategy.TRUNCATE },
    });
  });
});
