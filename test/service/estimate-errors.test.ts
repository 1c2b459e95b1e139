import { LLMock } from "@copilotkit/aimock";
import { getEncoding } from "js-tiktoken";
import { expect, it, onTestFinished } from "vitest";
import { printedSeed } from "../support/scheduling/seed.ts";
import { estimateErrors } from "../support/service/estimate-errors.ts";
import { startHeadway } from "../support/service/start-headway.ts";
import { UPSTREAM_MODELS, upstreamConfig } from "../support/service/upstream-config.ts";

const seed = printedSeed("estimates");
/** Not the vocabulary that estimates of these models are made with. */
const vocabulary = getEncoding("cl100k_base");

/** How the providers count here: so many times the vocabulary's tokens, and a template around each call. aimock's Ollama counts none. */
const COUNTS = {
  openai: { ratio: 1, templateTokens: 7 },
  anthropic: { ratio: 1.35, templateTokens: 11 },
  gemini: { ratio: 0.9, templateTokens: 1 },
} as const;

it.each(Object.entries(COUNTS))(
  "the input of a call by the wire of %s is estimated to 3 percent in the median once some are settled",
  async (provider, { ratio, templateTokens }) => {
    const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
    await mock.start();
    onTestFinished(() => mock.stop());
    mock.onMessage(/hello/, ({ messages }) => {
      const text = messages.map(({ content }) => content).join("");
      const tokens = Math.round(vocabulary.encode(text).length * ratio) + templateTokens;
      return { content: "ok", usage: { prompt_tokens: tokens, completion_tokens: 1 } };
    });
    const headway = await startHeadway({ config: upstreamConfig(mock.url) });
    onTestFinished(() => headway.close());
    const model = UPSTREAM_MODELS[provider as keyof typeof COUNTS];
    const errors = await estimateErrors(headway, { model, calls: 120, seed, mostWords: 400 });
    console.log(model, errors);
    expect(errors.median).toBeLessThanOrEqual(0.03);
  },
);
