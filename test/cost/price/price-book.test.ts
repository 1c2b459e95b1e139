import { describe, expect, it } from "vitest";
import { costOf } from "../../../src/cost/price/cost-of.ts";
import { PriceBook, type PricedModel } from "../../../src/cost/price/price-book.ts";

const NOON = Date.parse("2026-11-20T12:00:00Z");
const mini: PricedModel = { id: "openai/gpt-4o-mini", providerType: "openai", upstreamModel: "gpt-4o-mini" };
const usage = { inputTokens: 1_000, cachedInputTokens: 500, outputTokens: 100 };

function costWith(model: PricedModel, book = new PriceBook()) {
  const price = book.forModel(model);
  return price === undefined ? undefined : costOf(price, usage, NOON);
}

describe("an unknown price", () => {
  it.each<[string, Partial<PricedModel>]>([
    ["a name that nobody has", { upstreamModel: "gpt-of-tomorrow" }],
    ["another maker's model", { upstreamModel: "claude-sonnet-5" }],
    ["a server of one's own", { providerType: "openai_compatible", baseUrl: "http://127.0.0.1:8081/v1" }],
    ["a provider type without prices", { providerType: "something" }],
    ["a model that is not priced by the token", { providerType: "openai", upstreamModel: "whisper-1" }],
    ["pictures priced apart", { providerType: "gemini", upstreamModel: "gemini-2.5-flash-image" }],
    ["a price of input only", { upstreamModel: "text-embedding-3-small" }],
    ["data without any price", { providerType: "gemini", upstreamModel: "gemma-3-27b-it" }],
  ])("is undefined for %s", (_, changes) => {
    expect(new PriceBook().forModel({ ...mini, ...changes })).toBeUndefined();
  });

  it("becomes the configured assumption", () => {
    const assumedPrice = { inputPerMillionNanoUsd: 1_000_000_000n, outputPerMillionNanoUsd: 2_000_000_000n };
    const book = new PriceBook({ assumedPrice });
    expect(costWith({ ...mini, upstreamModel: "gpt-of-tomorrow", id: "x" }, book)).toMatchObject({
      totalNanoUsd: 1_200_000n,
      priceSource: "assumed",
    });
    expect(costWith(mini, book)?.priceSource).toMatch(/^genai-prices \d+\.\d+\.\d+$/);
  });
});

describe("a configured price", () => {
  it("of both sides replaces all that is known", () => {
    const price = { inputPerMillionNanoUsd: 1_000_000_000n, outputPerMillionNanoUsd: 2_000_000_000n };
    expect(costWith({ ...mini, price })).toMatchObject({ totalNanoUsd: 1_200_000n, priceSource: "config" });
  });

  it("of 0 is known and free", () => {
    const price = { inputPerMillionNanoUsd: 0n, outputPerMillionNanoUsd: 0n };
    expect(costWith({ ...mini, upstreamModel: "unheard-of", price })).toMatchObject({
      totalNanoUsd: 0n,
      priceSource: "config",
    });
  });

  it("of one part leaves the other parts as known", () => {
    const price = { cachedInputPerMillionNanoUsd: 10_000_000n };
    const cost = costWith({ ...mini, price });
    expect(cost).toMatchObject({ inputNanoUsd: 500n * 150n + 500n * 10n, outputNanoUsd: 60_000n });
    expect(cost?.priceSource).toMatch(/^config \+ genai-prices /);
  });

  it("of input holds for cached input too", () => {
    const price = { inputPerMillionNanoUsd: 100_000_000n };
    expect(costWith({ ...mini, price })).toMatchObject({ inputNanoUsd: 100_000n, outputNanoUsd: 60_000n });
  });

  it("of one side alone does not make an unknown model known", () => {
    const price = { inputPerMillionNanoUsd: 100_000_000n };
    expect(costWith({ ...mini, upstreamModel: "unheard-of", price })).toBeUndefined();
  });

  it("that is empty changes nothing", () => {
    expect(costWith({ ...mini, price: {} })).toEqual(costWith(mini));
  });
});

it("works each price out once, until it is cleared", () => {
  const book = new PriceBook();
  const first = book.forModel(mini);
  expect(book.forModel({ ...mini, upstreamModel: "gpt-4o" })).toBe(first);
  book.clear();
  expect(book.forModel({ ...mini, upstreamModel: "gpt-4o" })).not.toEqual(first);
});

describe("refreshed price data", () => {
  const cheap = { id: "cheap", match: { equals: "cheap" }, prices: { input_mtok: 1, output_mtok: 1 } };
  const provider = (models: unknown) => [
    { id: "openai", name: "OpenAI", api_pattern: "https://api\\.openai\\.com", models },
    { id: "google", name: "Google", api_pattern: "https://google", models: [cheap] },
    { id: "anthropic", name: "Anthropic", api_pattern: "https://anthropic", models: [cheap] },
  ];

  it("leaves everything as it was when the answer makes no sense or does not come", async () => {
    const book = new PriceBook();
    const before = book.forModel(mini);
    await expect(book.refresh(async () => ({ error: "gone" }), NOON)).rejects.toThrow(
      /not a list of providers/,
    );
    const wrong = { id: "m", match: { equals: "m" }, prices: [{ constraint: { moon: "full" }, prices: {} }] };
    await expect(book.refresh(async () => provider([wrong]), NOON)).rejects.toThrow(/constraint/);
    const negative = { ...cheap, prices: { input_mtok: -1, output_mtok: 1 } };
    await expect(book.refresh(async () => provider([negative]), NOON)).rejects.toThrow(
      "wrong price of openai cheap",
    );
    await expect(book.refresh(async () => [], NOON)).rejects.toThrow("has no models of openai");
    await expect(book.refresh(() => Promise.reject(new Error("no route")), NOON)).rejects.toThrow("no route");
    expect(book.forModel(mini)).toBe(before);
  });

  it("replaces the prices and dates their source", async () => {
    const book = new PriceBook();
    book.forModel(mini);
    const asked: string[] = [];
    const model = {
      id: "gpt-4o-mini",
      match: { equals: "gpt-4o-mini" },
      prices: { input_mtok: { base: 1, tiers: [{ start: 10, price: 2 }] }, output_mtok: 3 },
    };
    await book.refresh(async (url) => {
      asked.push(url);
      return provider([model]);
    }, NOON);
    expect(asked).toEqual([expect.stringMatching(/^https:\/\//)]);
    expect(costWith(mini, book)).toMatchObject({
      inputNanoUsd: 2_000_000n,
      outputNanoUsd: 300_000n,
      priceSource: "genai-prices 2026-11-20",
    });
  });
});
