import { expect, it } from "vitest";
import { modelFamily } from "../../../src/cost/tokens/model-family.ts";

it.each([
  ["gpt-4o-mini", "o200k_base", 1],
  ["GPT-4.1", "o200k_base", 1],
  ["openai/gpt-5.6-sol", "o200k_base", 1],
  ["gpt-6-luna", "o200k_base", 1],
  ["o3-mini", "o200k_base", 1],
  ["openai/gpt-oss-120b", "o200k_base", 1],
  ["gpt-4-turbo", "cl100k_base", 1],
  ["gpt-4", "cl100k_base", 1],
  ["gpt-3.5-turbo-0125", "cl100k_base", 1],
  ["claude-opus-5", "o200k_base", 1.2],
  ["anthropic/claude-3-haiku", "o200k_base", 1.2],
  ["models/gemini-2.5-flash", "o200k_base", 1.05],
  ["mixtral-8x7b-32768", "o200k_base", 1.25],
  ["llama-3.1-8b-instant", "o200k_base", 1.1],
  ["", "o200k_base", 1.1],
])("%s counts with %s, from a ratio of %d", (model, encoding, startingRatio) => {
  expect(modelFamily(model)).toMatchObject({ encoding, startingRatio });
});
