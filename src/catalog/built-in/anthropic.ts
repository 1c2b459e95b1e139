import { ALL_CAPABILITIES, type BuiltInModel, requestsInputOutput as limits } from "./built-in-model.ts";

/*
 * Anthropic publishes requests, input tokens (without those read from its cache) and output tokens a minute for each
 * class of models. The figures below were collected on 2026-11-22: tier1, tier2 and paid are its first, second and
 * highest published step. Newer classes may have more; none is known to have less. The Opus 4.x models are counted
 * together, and so are the Sonnet 4.x models.
 */

const OPUS_AND_SONNET = {
  free: null,
  tier1: limits(50, 30_000, 8_000),
  tier2: limits(1_000, 450_000, 90_000),
  paid: limits(4_000, 2_000_000, 400_000),
};
const HAIKU = {
  free: null,
  tier1: limits(50, 50_000, 10_000),
  tier2: limits(1_000, 450_000, 90_000),
  paid: limits(4_000, 4_000_000, 800_000),
};

const THINKER = ["general", "code_review", "reasoning", "long_context"];
const ALLROUNDER = ["general", "code_review", "summary", "chat"];

const claude = (
  name: string,
  quality: number,
  maxOutputTokens: number,
  useCases: readonly string[],
  pool?: string,
): BuiltInModel => ({
  name,
  tiers: OPUS_AND_SONNET,
  quality,
  maxOutputTokens,
  useCases,
  capabilities: ALL_CAPABILITIES,
  ...(pool === undefined ? {} : { pool }),
});

/** Models of Anthropic. */
export const ANTHROPIC_MODELS: readonly BuiltInModel[] = [
  claude("claude-opus-5-5", 10, 128_000, THINKER),
  claude("claude-opus-5", 10, 128_000, THINKER),
  claude("claude-opus-4-8", 9, 128_000, THINKER, "claude-opus-4"),
  claude("claude-opus-4-7", 9, 128_000, THINKER, "claude-opus-4"),
  claude("claude-opus-4-6", 9, 128_000, THINKER, "claude-opus-4"),
  claude("claude-opus-4-5", 9, 64_000, THINKER, "claude-opus-4"),
  claude("claude-sonnet-5-5", 9, 128_000, ALLROUNDER),
  claude("claude-sonnet-5", 8, 128_000, ALLROUNDER),
  claude("claude-sonnet-4-6", 8, 64_000, ALLROUNDER, "claude-sonnet-4"),
  claude("claude-sonnet-4-5", 8, 64_000, ALLROUNDER, "claude-sonnet-4"),
  {
    ...claude("claude-haiku-4-5", 6, 64_000, ["general", "summary", "chat", "classification"]),
    tiers: HAIKU,
  },
];
