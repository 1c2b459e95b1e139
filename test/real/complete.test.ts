import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AttemptCause, AttemptOutcome } from "../../gen/es/headway/v1/attempt_pb.js";
import { FinishReason } from "../../gen/es/headway/v1/complete_pb.js";
import { AttemptErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { type RealModel, realModelMissing, startRealModel } from "../support/real/model-server.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect, textOf } from "../support/service/talk.ts";

const MODEL = "local/tiny";
const DEAD = "dead/gone";
const SETTINGS = { temperature: 0, maxOutputTokens: 32n };
const PROMPTS = [
  "What is the capital of France?",
  "Name three colours.",
  "Translate to German: good morning. Answer with the translation only.",
];
const PRICE = { inputNanoUsd: 100n, outputNanoUsd: 400n };

describe.skipIf(realModelMissing !== undefined)("a real model behind Headway", () => {
  let server: RealModel;
  let direct: OpenAI;
  let headway: Headway;
  beforeAll(async () => {
    server = await startRealModel();
    direct = new OpenAI({ baseURL: server.baseUrl, apiKey: "none", maxRetries: 0 });
    headway = await startHeadway({
      config: `
scheduler: {spacing: none}
providers:
  dead: {type: openai_compatible, base_url: "http://127.0.0.1:9/v1", max_retries: 0, models: {gone: {}}}
  local:
    type: openai_compatible
    base_url: ${server.baseUrl}
    models:
      tiny:
        upstream_model: ${server.model}
        context_window: 8192
        max_output_tokens: 512
        limits: {rpm: 1000, tpm: 100000}
        price: {input_per_million_usd: 0.1, output_per_million_usd: 0.4}
`,
    });
  });
  afterAll(async () => {
    await headway?.close();
    await server?.stop();
  });

  /** What the model's own server answers to a prompt, and what it counts. */
  async function askDirectly(prompt: string) {
    const completion = await direct.chat.completions.create({
      model: server.model,
      messages: [{ role: "user", content: prompt }],
      temperature: 0,
      max_tokens: Number(SETTINGS.maxOutputTokens),
    });
    const { prompt_tokens, completion_tokens } = completion.usage!;
    return {
      text: completion.choices[0]!.message.content,
      inputTokens: BigInt(prompt_tokens),
      outputTokens: BigInt(completion_tokens),
    };
  }

  it.each(PROMPTS)(
    "answers %j, whole and streamed, with the tokens that the model's server counts",
    async (prompt) => {
      const { text, inputTokens, outputTokens } = await askDirectly(prompt);
      const request = ask(prompt, { model: MODEL, ...SETTINGS });
      const whole = await headway.grpc.complete(request);
      const streamed = await collect(headway.grpc.streamComplete({ request }));

      expect(text).toMatch(/\w/);
      expect(streamed.failure).toBeUndefined();
      expect(streamed.deltas.length).toBeGreaterThan(1);
      expect(streamed.deltas.join("")).toBe(textOf(streamed.done));
      for (const response of [whole, streamed.done!]) {
        expect(textOf(response)).toBe(text);
        expect(response.usage).toMatchObject({ inputTokens, outputTokens, estimated: false });
        expect(response.cost).toMatchObject({
          inputNanoUsd: inputTokens * PRICE.inputNanoUsd,
          outputNanoUsd: outputTokens * PRICE.outputNanoUsd,
          priceSource: "config",
        });
        expect([FinishReason.STOP, FinishReason.LENGTH]).toContain(response.finishReason);
        expect(response.attempts).toMatchObject([{ model: MODEL, outcome: AttemptOutcome.SUCCEEDED }]);
      }
    },
  );

  it("answers in the place of a provider that is dead", async () => {
    const request = ask(PROMPTS[0]!, { model: DEAD, fallbackModels: [MODEL], ...SETTINGS });
    const response = await headway.connect.complete(request);
    expect(textOf(response)).toContain("Paris");
    expect(response.attempts).toMatchObject([
      { model: DEAD, outcome: AttemptOutcome.FAILED, errorReason: AttemptErrorReason.CONNECTION },
      { model: MODEL, outcome: AttemptOutcome.SUCCEEDED, cause: AttemptCause.FALLBACK_ERROR },
    ]);
    const streamed = await collect(headway.grpc.streamComplete({ request }));
    expect(textOf(streamed.done)).toContain("Paris");
    expect(streamed.kinds.filter((kind) => kind === "attemptStarted")).toHaveLength(2);
  });

  it("is called directly in a slot, and the pool learns what it used", async () => {
    const tokensUsed = async () => {
      const { pools } = await headway.grpc.getUsage({ models: [MODEL] });
      const tokens = pools[0]!.limits[1]!;
      return { used: tokens.used, reserved: tokens.reserved };
    };
    const before = await tokensUsed();
    const slot = await headway.grpc.acquireSlot({ models: [MODEL], inputTokens: 100n, maxOutputTokens: 32n });
    expect(await tokensUsed()).toEqual({ used: before.used, reserved: 132n });
    const { inputTokens, outputTokens } = await askDirectly(PROMPTS[0]!);
    const settled = await headway.grpc.settleSlot({
      slotId: slot.slotId,
      usage: { inputTokens, outputTokens },
      providerStatusCode: 200,
    });
    expect(settled.cost?.totalNanoUsd).toBe(
      inputTokens * PRICE.inputNanoUsd + outputTokens * PRICE.outputNanoUsd,
    );
    expect(await tokensUsed()).toEqual({ used: before.used + inputTokens + outputTokens, reserved: 0n });
  });
});
