import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Role } from "../../gen/es/headway/v1/message_pb.js";
import { ContextStrategy } from "../../gen/es/headway/v1/routing_pb.js";
import { type RealModel, realModelMissing, startRealModel } from "../support/real/model-server.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";

const MODEL = "local/tiny";
const OUTPUT_TOKENS = 64;
const SETTINGS = { model: MODEL, temperature: 0, maxOutputTokens: BigInt(OUTPUT_TOKENS) };

const message = (role: Role, text: string) => ({
  role,
  parts: [{ part: { case: "text" as const, value: text } }],
});

/** Texts that the tokenizer of the estimate and that of the model count differently. */
const WORDS = {
  English: "The river rose in the night and the people of the town carried their goods to the hill. ",
  German: "Der Geschwindigkeitsbegrenzungsanzeiger stand am Straßenrand und wurde von niemandem beachtet. ",
  Japanese: "川は夜のうちに増水し、町の人々は荷物を丘の上に運んだ。",
  code: "for (let i = 0; i < values.length; i++) { total += values[i] ?? 0x1f; }\n",
  digits: "31415926535897932384626433832795028841971 ",
};
const repeat = (text: string, chars: number) => text.repeat(Math.ceil(chars / text.length)).slice(0, chars);

describe.skipIf(realModelMissing !== undefined)("the context of a real model", () => {
  let server: RealModel;
  const headways: Headway[] = [];
  beforeAll(async () => {
    server = await startRealModel();
  });
  afterAll(async () => {
    await Promise.all(headways.map((headway) => headway.close()));
    await server?.stop();
  });

  /** A Headway that has learned nothing, told that the model has this context. */
  async function start(contextTokens: number): Promise<Headway> {
    const headway = await startHeadway({
      config: `
scheduler: {spacing: none}
providers:
  local:
    type: openai_compatible
    base_url: ${server.baseUrl}
    timeout: 10m
    first_token_timeout: 10m
    models:
      tiny:
        upstream_model: ${server.model}
        context_window: ${contextTokens}
        max_output_tokens: 512
        limits: {concurrent: 1}
`,
    });
    headways.push(headway);
    return headway;
  }

  it.each([
    ...Object.keys(WORDS).map((kind) => ({ kind: kind as keyof typeof WORDS, contextTokens: 1_024 })),
    { kind: "English" as const, contextTokens: 4_096 },
  ])(
    "of $contextTokens tokens is never exceeded by $kind that was shortened, as the model counts it",
    async ({ kind, contextTokens }) => {
      const headway = await start(contextTokens);
      const turns = Array.from({ length: 20 }, (_, index) =>
        message(index % 2 === 0 ? Role.USER : Role.ASSISTANT, repeat(WORDS[kind], contextTokens / 2)),
      );
      const response = await headway.grpc.complete({
        ...SETTINGS,
        messages: [
          message(Role.SYSTEM, "Answer in one sentence."),
          ...turns,
          message(Role.USER, "What was this about?"),
        ],
        contextStrategy: ContextStrategy.TRUNCATE,
      });
      const used = Number(response.usage!.inputTokens);
      expect(response.usage!.estimated).toBe(false);
      expect(response.contextChange!.strategy).toBe(ContextStrategy.TRUNCATE);
      expect(response.contextChange!.dropped.length).toBeGreaterThan(0);
      expect(used + OUTPUT_TOKENS).toBeLessThanOrEqual(contextTokens);
      // Not by leaving out nearly everything either.
      expect(used).toBeGreaterThan(contextTokens / 4);
    },
  );
});
