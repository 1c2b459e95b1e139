import { ALL_CAPABILITIES, type BuiltInModel, requestsTokensDay as limits } from "./built-in-model.ts";

/*
 * Google publishes limits by tier; since 2026 the figures of a project stand in AI Studio only. The figures below were
 * collected on 2026-11-22 from what was last published. Newer models without published figures have those of the model
 * they succeed. Requests a day end at midnight Pacific time: see profile.ts.
 */

const FLASH = {
  free: limits(15, 250_000, 1_000),
  tier1: limits(1_000, 1_000_000, 10_000),
  tier2: limits(2_000, 4_000_000, -1),
  paid: limits(4_000, 4_000_000, -1),
};
const FLASH_LITE = {
  free: limits(15, 250_000, 1_000),
  tier1: limits(1_000, 4_000_000, -1),
  tier2: limits(2_000, 4_000_000, -1),
  paid: limits(4_000, 4_000_000, -1),
};
const PRO = {
  free: limits(5, 250_000, 100),
  tier1: limits(150, 2_000_000, 10_000),
  tier2: limits(1_000, 5_000_000, 50_000),
  paid: limits(2_000, 8_000_000, -1),
};
const PRO_PREVIEW = { ...PRO, free: null, tier1: limits(25, 1_000_000, 250) };

const CONTEXT_TOKENS = 1_048_576;

const gemini = (
  name: string,
  tiers: BuiltInModel["tiers"],
  quality: number,
  useCases: readonly string[],
): BuiltInModel => ({
  name,
  tiers,
  quality,
  useCases,
  contextWindowTokens: CONTEXT_TOKENS,
  maxOutputTokens: 65_536,
  capabilities: ALL_CAPABILITIES,
});

/** Models of Google. */
export const GEMINI_MODELS: readonly BuiltInModel[] = [
  gemini("gemini-2.5-flash-lite", FLASH_LITE, 5, ["general", "summary", "classification", "long_context"]),
  gemini("gemini-2.5-flash", FLASH, 6, ["general", "summary", "chat", "long_context"]),
  gemini("gemini-2.5-pro", PRO, 8, ["general", "code_review", "reasoning", "long_context"]),
  gemini("gemini-3.1-flash-lite", FLASH_LITE, 6, ["general", "summary", "classification", "long_context"]),
  gemini("gemini-3.1-pro-preview", PRO_PREVIEW, 9, ["general", "code_review", "reasoning", "long_context"]),
  gemini("gemini-3.5-flash-lite", FLASH_LITE, 6, ["general", "summary", "classification", "long_context"]),
  gemini("gemini-3.5-flash", FLASH, 8, ["general", "code_review", "chat", "long_context"]),
  gemini("gemini-3.8-flash", FLASH, 8, ["general", "code_review", "chat", "long_context"]),
];
