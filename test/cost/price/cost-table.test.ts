import { describe, expect, it } from "vitest";
import type { TokenUsage } from "../../../src/core/usage.ts";
import { costOf } from "../../../src/cost/price/cost-of.ts";
import type { ServiceTier } from "../../../src/cost/price/model-price.ts";
import { PriceBook } from "../../../src/cost/price/price-book.ts";

const NOV_2026 = Date.parse("2026-11-20T12:00:00Z");

interface Case {
  readonly model: string;
  readonly type?: string;
  readonly baseUrl?: string;
  readonly usage: TokenUsage;
  readonly at?: string;
  readonly tier?: ServiceTier;
  readonly input: bigint;
  readonly output: bigint;
}

const plain: TokenUsage = { inputTokens: 1_000, outputTokens: 200 };
const cached: TokenUsage = { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 200 };
const written: TokenUsage = {
  inputTokens: 1_000,
  cachedInputTokens: 400,
  cacheWriteInputTokens: 500,
  outputTokens: 200,
};
const reasoned: TokenUsage = { inputTokens: 1_000, outputTokens: 900, reasoningTokens: 700 };
const openai = (
  model: string,
  usage: TokenUsage,
  input: bigint,
  output: bigint,
  more: Partial<Case> = {},
): Case => ({
  model,
  type: "openai",
  usage,
  input,
  output,
  ...more,
});
const claude = (
  model: string,
  usage: TokenUsage,
  input: bigint,
  output: bigint,
  more: Partial<Case> = {},
): Case => openai(model, usage, input, output, { type: "anthropic", ...more });
const gemini = (
  model: string,
  usage: TokenUsage,
  input: bigint,
  output: bigint,
  more: Partial<Case> = {},
): Case => openai(model, usage, input, output, { type: "gemini", ...more });
const at = (
  baseUrl: string,
  model: string,
  usage: TokenUsage,
  input: bigint,
  output: bigint,
  more: Partial<Case> = {},
): Case => openai(model, usage, input, output, { type: "openai_compatible", baseUrl, ...more });

const DEEPSEEK = "https://api.deepseek.com/v1";
const GROQ = "https://api.groq.com/openai/v1";
const XAI = "https://api.x.ai/v1";
const PERPLEXITY = "https://api.perplexity.ai";
const MISTRAL = "https://api.mistral.ai/v1";
const OPENROUTER = "https://openrouter.ai/api/v1";
const AZURE = "https://resource.openai.azure.com/openai";

/** Amounts by hand: tokens times nano-dollars per token, which is the price per million times 1,000. */
const cases: readonly Case[] = [
  // Plain prices.
  openai("gpt-3.5-turbo", plain, 1_000n * 500n, 200n * 1_500n),
  openai("gpt-4", plain, 1_000n * 30_000n, 200n * 60_000n),
  openai("gpt-4-turbo", plain, 1_000n * 10_000n, 200n * 30_000n),
  openai("o1-pro", reasoned, 1_000n * 150_000n, 900n * 600_000n),
  openai("gpt-5-pro", reasoned, 1_000n * 15_000n, 900n * 120_000n),
  // Cached input.
  openai("gpt-4o", cached, 600n * 2_500n + 400n * 1_250n, 200n * 10_000n),
  openai("gpt-4o-2024-05-13", cached, 1_000n * 5_000n, 200n * 15_000n),
  openai("gpt-4o-mini", cached, 600n * 150n + 400n * 75n, 200n * 600n),
  openai("gpt-4.1", cached, 600n * 2_000n + 400n * 500n, 200n * 8_000n),
  openai("gpt-4.1-mini", cached, 600n * 400n + 400n * 100n, 200n * 1_600n),
  openai("gpt-4.1-nano", cached, 600n * 100n + 400n * 25n, 200n * 400n),
  openai("gpt-5-mini-2025-08-07", cached, 600n * 250n + 400n * 25n, 200n * 2_000n),
  openai("gpt-5-nano", cached, 600n * 50n + 400n * 5n, 200n * 400n),
  gemini("gemini-2.5-flash", cached, 600n * 300n + 400n * 30n, 200n * 2_500n),
  gemini("gemini-2.5-flash-lite", cached, 600n * 100n + 400n * 10n, 200n * 400n),
  gemini("gemini-2.0-flash", cached, 600n * 100n + 400n * 25n, 200n * 400n),
  // Reasoning, which costs what other output costs.
  openai("o1", reasoned, 1_000n * 15_000n, 900n * 60_000n),
  openai("o3-mini", reasoned, 1_000n * 1_100n, 900n * 4_400n),
  openai("o4-mini", reasoned, 1_000n * 1_100n, 900n * 4_400n),
  openai("gpt-5", reasoned, 1_000n * 1_250n, 900n * 10_000n),
  gemini("gemini-3-flash-preview", reasoned, 1_000n * 500n, 900n * 3_000n),
  // Reasoning with a price of its own.
  at(OPENROUTER, "perplexity/sonar-deep-research", reasoned, 1_000n * 2_000n, 200n * 8_000n + 700n * 3_000n),
  // Input written to the cache.
  claude("claude-3-haiku-20240307", written, 100n * 250n + 400n * 30n + 500n * 300n, 200n * 1_250n),
  claude("claude-haiku-4-5", written, 100n * 1_000n + 400n * 100n + 500n * 1_250n, 200n * 5_000n),
  claude("claude-opus-4-1", written, 100n * 15_000n + 400n * 1_500n + 500n * 18_750n, 200n * 75_000n),
  claude("claude-sonnet-5", written, 100n * 2_000n + 400n * 200n + 500n * 2_500n, 200n * 10_000n),
  claude("claude-opus-5-5", written, 100n * 4_000n + 400n * 200n + 500n * 5_000n, 200n * 20_000n),
  // Tiers by the size of the prompt: the whole call at the price of its tier, on both sides of the edge.
  claude(
    "claude-sonnet-4-5",
    { inputTokens: 200_000, cachedInputTokens: 50_000, outputTokens: 10 },
    150_000n * 3_000n + 50_000n * 300n,
    10n * 15_000n,
  ),
  claude(
    "claude-sonnet-4-5",
    { inputTokens: 200_001, cachedInputTokens: 50_000, cacheWriteInputTokens: 1, outputTokens: 10 },
    150_000n * 6_000n + 50_000n * 600n + 7_500n,
    10n * 22_500n,
  ),
  gemini("gemini-2.5-pro", { inputTokens: 200_000, outputTokens: 10 }, 200_000n * 1_250n, 10n * 10_000n),
  gemini("gemini-2.5-pro", { inputTokens: 200_001, outputTokens: 10 }, 200_001n * 2_500n, 10n * 15_000n),
  gemini(
    "gemini-3.1-pro-preview",
    { inputTokens: 300_000, outputTokens: 10 },
    300_000n * 4_000n,
    10n * 18_000n,
  ),
  openai("gpt-5.4", { inputTokens: 271_999, outputTokens: 10 }, 271_999n * 2_500n, 10n * 15_000n),
  openai("gpt-5.4", { inputTokens: 272_000, outputTokens: 10 }, 272_000n * 5_000n, 10n * 22_500n),
  at(XAI, "grok-4.5", { inputTokens: 200_000, outputTokens: 10 }, 200_000n * 4_000n, 10n * 12_000n),
  // Prices by date.
  openai("o3", plain, 1_000n * 10_000n, 200n * 40_000n, { at: "2025-06-09T23:59:59Z" }),
  openai("o3", plain, 1_000n * 2_000n, 200n * 8_000n, { at: "2025-06-10T00:00:00Z" }),
  openai("gpt-5.6-sol", written, 100n * 4_000n + 400n * 400n + 500n * 5_000n, 200n * 20_000n),
  claude("claude-opus-4-6", { inputTokens: 300_000, outputTokens: 1 }, 300_000n * 10_000n, 37_500n, {
    at: "2026-03-12T00:00:00Z",
  }),
  claude("claude-opus-4-6", { inputTokens: 300_000, outputTokens: 1 }, 300_000n * 5_000n, 25_000n),
  gemini("gemini-3.6-flash", plain, 1_000n * 750n, 200n * 3_750n),
  gemini("gemini-3.6-flash", plain, 1_000n * 1_500n, 200n * 7_500n, { at: "2027-01-01T00:00:00Z" }),
  // Prices by time of day.
  at(DEEPSEEK, "deepseek-chat", cached, 600n * 270n + 400n * 70n, 200n * 1_100n),
  at(DEEPSEEK, "deepseek-chat", cached, 600n * 135n + 400n * 35n, 200n * 550n, {
    at: "2026-11-20T16:30:00Z",
  }),
  at(DEEPSEEK, "deepseek-reasoner", reasoned, 1_000n * 550n, 900n * 2_190n, { at: "2026-11-20T00:30:00Z" }),
  at(DEEPSEEK, "deepseek-v4-pro", plain, 1_000n * 1_320n, 200n * 3_960n, { at: "2026-11-20T09:59:59.999Z" }),
  at(DEEPSEEK, "deepseek-v4-pro", plain, 1_000n * 660n, 200n * 1_980n, { at: "2026-11-20T10:00:00Z" }),
  // Fractions of a nano-dollar round up, once: 3 × 18.75 = 56.25.
  gemini("gemini-1.5-flash", { inputTokens: 3, cachedInputTokens: 3, outputTokens: 0 }, 57n, 0n),
  // A fee per call.
  at(PERPLEXITY, "sonar-pro", plain, 1_000n * 3_000n + 14_000_000n, 200n * 15_000n),
  // Other places.
  at(GROQ, "llama-3.1-8b-instant", plain, 1_000n * 50n, 200n * 80n),
  at(MISTRAL, "mistral-large-2512", cached, 600n * 500n + 400n * 50n, 200n * 1_500n),
  at(AZURE, "gpt-4o-mini", plain, 1_000n * 150n, 200n * 600n),
  { model: "llama3.2", type: "ollama", usage: plain, input: 0n, output: 0n },
  { model: "echo", type: "echo", usage: {}, input: 0n, output: 0n },
  // Service tiers.
  openai("gpt-4o-mini", cached, (600n * 150n + 400n * 75n) / 2n, (200n * 600n) / 2n, { tier: "batch" }),
  openai("gpt-5", plain, 1_000n * 2_500n, 200n * 20_000n, { tier: "priority" }),
  openai("gpt-4o-mini", plain, 1_000n * 250n, 200n * 1_000n, { tier: "priority" }),
  openai("o3", plain, 1_000n * 1_000n, 200n * 4_000n, { tier: "flex" }),
  claude("claude-haiku-4-5", plain, 1_000n * 500n, 200n * 2_500n, { tier: "batch" }),
];

describe("cost of a call", () => {
  it("is checked on at least 30 models", () => {
    expect(new Set(cases.map(({ model }) => model)).size).toBeGreaterThanOrEqual(30);
  });

  it.each(cases)("$model $at $tier", (row) => {
    const price = new PriceBook().forModel({
      id: "any",
      providerType: row.type ?? "openai",
      baseUrl: row.baseUrl,
      upstreamModel: row.model,
    });
    const when = row.at === undefined ? NOV_2026 : Date.parse(row.at);
    const cost = price === undefined ? undefined : costOf(price, row.usage, when, row.tier);
    expect(cost).toMatchObject({
      inputNanoUsd: row.input,
      outputNanoUsd: row.output,
      totalNanoUsd: row.input + row.output,
      currencyCode: "USD",
    });
  });
});
