import {
  ALL_CAPABILITIES,
  type BuiltInModel,
  requestsTokensDay as limits,
  TEXT_CAPABILITIES,
} from "./built-in-model.ts";

/*
 * OpenAI publishes limits per model and tier on its models' pages and changes them often; what an account really has
 * stands in its own limits page and in the x-ratelimit headers. The figures below were collected on 2026-11-22. Where
 * none were found for a new model, those of the model it succeeds stand: too low costs time, too high costs refusals.
 */

/** -1 in the day's column: no daily limit. */
const FLAGSHIP = {
  free: null,
  tier1: limits(500, 500_000, -1),
  tier2: limits(5_000, 1_000_000, -1),
  paid: limits(15_000, 40_000_000, -1),
};
const FLAGSHIP_MINI = {
  free: null,
  tier1: limits(500, 500_000, -1),
  tier2: limits(5_000, 2_000_000, -1),
  paid: limits(30_000, 180_000_000, -1),
};
const SMALL = {
  free: null,
  tier1: limits(500, 200_000, -1),
  tier2: limits(5_000, 2_000_000, -1),
  paid: limits(30_000, 150_000_000, -1),
};
const GPT_4_1 = {
  free: null,
  tier1: limits(500, 30_000, -1),
  tier2: limits(5_000, 450_000, -1),
  paid: limits(10_000, 30_000_000, -1),
};
const REASONING_MINI = {
  free: null,
  tier1: limits(1_000, 100_000, -1),
  tier2: limits(2_000, 2_000_000, -1),
  paid: limits(30_000, 150_000_000, -1),
};

const chat = (
  name: string,
  tiers: BuiltInModel["tiers"],
  quality: number,
  maxOutputTokens: number,
  useCases: readonly string[],
): BuiltInModel => ({ name, tiers, quality, maxOutputTokens, useCases, capabilities: ALL_CAPABILITIES });

/** Models of OpenAI. */
export const OPENAI_MODELS: readonly BuiltInModel[] = [
  chat(
    "gpt-4o",
    {
      free: null,
      tier1: limits(500, 30_000, 10_000),
      tier2: limits(5_000, 450_000, 10_000),
      paid: limits(10_000, 30_000_000, -1),
    },
    7,
    16_384,
    ["general", "code_review", "vision"],
  ),
  chat(
    "gpt-4o-mini",
    {
      free: limits(200, 40_000, 500),
      tier1: limits(500, 200_000, 10_000),
      tier2: limits(5_000, 2_000_000, 100_000),
      paid: limits(10_000, 30_000_000, -1),
    },
    5,
    16_384,
    ["general", "summary", "chat"],
  ),
  {
    name: "gpt-3.5-turbo",
    tiers: {
      free: limits(200, 40_000, 500),
      tier1: limits(500, 200_000, 10_000),
      tier2: limits(5_000, 2_000_000, 100_000),
      paid: limits(10_000, 30_000_000, -1),
    },
    quality: 3,
    maxOutputTokens: 4_096,
    useCases: ["general", "chat"],
    capabilities: { ...TEXT_CAPABILITIES, jsonSchema: false },
  },
  chat("gpt-4.1", GPT_4_1, 7, 32_768, ["general", "code_review", "long_context"]),
  chat("gpt-4.1-mini", SMALL, 6, 32_768, ["general", "summary", "long_context"]),
  chat("gpt-4.1-nano", SMALL, 4, 32_768, ["general", "classification", "long_context"]),
  chat("gpt-5", FLAGSHIP, 9, 128_000, ["general", "code_review", "reasoning"]),
  chat("gpt-5-mini", FLAGSHIP_MINI, 7, 128_000, ["general", "summary", "chat"]),
  chat("gpt-5-nano", SMALL, 5, 128_000, ["general", "classification"]),
  chat("gpt-5.1", FLAGSHIP, 9, 128_000, ["general", "code_review", "reasoning"]),
  chat("gpt-5.2", FLAGSHIP, 9, 128_000, ["general", "code_review", "reasoning"]),
  chat("gpt-5.4", FLAGSHIP, 9, 128_000, ["general", "code_review", "reasoning", "long_context"]),
  chat("gpt-5.4-mini", FLAGSHIP_MINI, 7, 128_000, ["general", "summary", "chat"]),
  chat("gpt-5.4-nano", SMALL, 5, 128_000, ["general", "classification"]),
  chat("gpt-5.5", FLAGSHIP, 10, 128_000, ["general", "code_review", "reasoning", "long_context"]),
  chat("gpt-6-sol", FLAGSHIP, 10, 128_000, ["general", "code_review", "reasoning", "long_context"]),
  chat("gpt-6-luna", SMALL, 7, 128_000, ["general", "summary", "chat"]),
  chat("o3", GPT_4_1, 8, 100_000, ["reasoning", "code_review"]),
  chat("o4-mini", REASONING_MINI, 7, 100_000, ["reasoning", "code_review"]),
];
