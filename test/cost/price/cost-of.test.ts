import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { TokenUsage } from "../../../src/core/usage.ts";
import { costOf, worstCaseCost } from "../../../src/cost/price/cost-of.ts";
import type { ModelPrice, PriceBand } from "../../../src/cost/price/model-price.ts";
import { PriceBook } from "../../../src/cost/price/price-book.ts";

const NOON = Date.parse("2026-11-20T12:00:00Z");

function priceOf(...bands: readonly PriceBand[]): ModelPrice {
  const period = { fromWallMs: undefined, hours: undefined, bands, requestNanoUsd: 0n };
  return { source: "config", periods: [period], serviceTiers: { batch: { numerator: 1n, denominator: 2n } } };
}

const band: PriceBand = {
  aboveInputTokens: -1,
  input: 2_500_000_000n,
  cachedInput: undefined,
  cacheWriteInput: undefined,
  output: 10_000_000_000n,
  reasoning: undefined,
};

describe("unknown amounts", () => {
  it.each<[string, TokenUsage]>([
    ["nothing was reported", {}],
    ["the output was not reported", { inputTokens: 10 }],
    ["the input was not reported", { outputTokens: 10 }],
  ])("are undefined when %s", (_, usage) => {
    expect(costOf(priceOf(band), usage, NOON)).toBeUndefined();
  });

  it("are undefined for a service tier without a known price", () => {
    const usage = { inputTokens: 1, outputTokens: 1 };
    expect(costOf(priceOf(band), usage, NOON, "priority")).toBeUndefined();
    expect(worstCaseCost(priceOf(band), 1, 1, NOON, "priority")).toBeUndefined();
  });

  it("are known for what is free, whatever was reported", () => {
    expect(costOf(priceOf({ ...band, input: 0n, output: 0n }), {}, NOON)?.totalNanoUsd).toBe(0n);
    expect(costOf(priceOf({ ...band, input: 0n }), { outputTokens: 2 }, NOON)?.totalNanoUsd).toBe(20_000n);
  });
});

it("charges parts that exceed the whole in full", () => {
  const price = priceOf({ ...band, cachedInput: 1_000_000_000n, reasoning: 3_000_000_000n });
  const usage = { inputTokens: 10, cachedInputTokens: 15, outputTokens: 5, reasoningTokens: 8 };
  expect(costOf(price, usage, NOON)).toMatchObject({ inputNanoUsd: 15_000n, outputNanoUsd: 24_000n });
});

it("halves exactly and rounds up once", () => {
  const price = priceOf({ ...band, input: 1_001_000n, output: 0n });
  const usage = { inputTokens: 1_000, outputTokens: 0 };
  expect(costOf(price, usage, NOON, "batch")?.inputNanoUsd).toBe(501n);
});

it("never costs more than the worst case", () => {
  const rate = fc.bigInt({ min: 0n, max: 20_000_000_000n });
  const arbitraryBand = fc.record({
    aboveInputTokens: fc.constant(-1),
    input: rate,
    cachedInput: fc.option(rate, { nil: undefined }),
    cacheWriteInput: fc.option(rate, { nil: undefined }),
    output: rate,
    reasoning: fc.option(rate, { nil: undefined }),
  });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const tokens = fc.nat({ max: 2_000_000 });
  fc.assert(
    fc.property(
      arbitraryBand,
      tokens,
      tokens,
      share,
      share,
      share,
      (drawn, input, output, read, wrote, thought) => {
        const cachedInput =
          drawn.cachedInput !== undefined && drawn.cachedInput > drawn.input
            ? drawn.input
            : drawn.cachedInput;
        const price = priceOf({ ...drawn, cachedInput });
        const cachedInputTokens = Math.floor(input * read);
        const usage = {
          inputTokens: input,
          cachedInputTokens,
          cacheWriteInputTokens: Math.floor((input - cachedInputTokens) * wrote),
          outputTokens: output,
          reasoningTokens: Math.floor(output * thought),
        };
        const tier = wrote > 0.5 ? "batch" : "standard";
        const actual = costOf(price, usage, NOON, tier)!;
        const worst = worstCaseCost(price, input, output, NOON, tier)!;
        expect(worst.totalNanoUsd).toBeGreaterThanOrEqual(actual.totalNanoUsd);
        expect(worst.totalNanoUsd).toBe(worst.inputNanoUsd + worst.outputNanoUsd);
      },
    ),
    { numRuns: 2_000 },
  );
});

/** Nano-dollars for tokens at a price in decimal dollars per million, by fractions of whole numbers alone. */
function rationalCeiling(tokens: number, usdPerMillion: string): bigint {
  const [whole = "", fraction = ""] = usdPerMillion.split(".");
  const numerator = BigInt(tokens) * BigInt(whole + fraction) * 1_000_000_000n;
  const denominator = 10n ** BigInt(fraction.length) * 1_000_000n;
  const quotient = numerator / denominator;
  return quotient * denominator === numerator ? quotient : quotient + 1n;
}

describe("sums over a million random calls", () => {
  const models = [
    { type: "openai", model: "gpt-4o-mini", input: "0.15", cached: "0.075", output: "0.6" },
    { type: "gemini", model: "gemini-2.5-flash-lite", input: "0.1", cached: "0.01", output: "0.4" },
    { type: "anthropic", model: "claude-opus-4-5", input: "5", cached: "0.5", written: "6.25", output: "25" },
    { type: "gemini", model: "gemini-1.5-flash", input: "0.075", cached: "0.01875", output: "0.3" },
    {
      type: "config",
      model: "odd",
      input: "0.123456789",
      cached: "0.000000007",
      output: "1.000000001",
      reasoning: "3.3",
    },
  ];
  const nano = (usd: string | undefined) => (usd === undefined ? undefined : rationalCeiling(1_000_000, usd));
  const book = new PriceBook();
  const priced = models.map((row) => {
    const price =
      row.type === "config"
        ? {
            inputPerMillionNanoUsd: nano(row.input),
            outputPerMillionNanoUsd: nano(row.output),
            cachedInputPerMillionNanoUsd: nano(row.cached),
            reasoningPerMillionNanoUsd: nano(row.reasoning),
          }
        : undefined;
    return {
      row,
      price: book.forModel({ id: row.model, providerType: row.type, upstreamModel: row.model, price })!,
    };
  });

  it("equal the sums of fractions", () => {
    const random = seededRandom(20_261_122);
    const upTo = (limit: number) => Math.floor(random.next() * (limit + 1));
    let actual = 0n;
    let expected = 0n;
    for (let call = 0; call < 1_000_000; call++) {
      const { row, price } = priced[call % priced.length]!;
      const inputTokens = upTo(100_000);
      const cachedInputTokens = upTo(inputTokens);
      const cacheWriteInputTokens = upTo(inputTokens - cachedInputTokens);
      const outputTokens = upTo(8_000);
      const reasoningTokens = upTo(outputTokens);
      actual += costOf(
        price,
        { inputTokens, cachedInputTokens, cacheWriteInputTokens, outputTokens, reasoningTokens },
        NOON,
      )!.totalNanoUsd;
      const writtenApart = row.written === undefined ? 0 : cacheWriteInputTokens;
      const reasoningApart = row.reasoning === undefined ? 0 : reasoningTokens;
      expected +=
        rationalCeiling(inputTokens - cachedInputTokens - writtenApart, row.input) +
        rationalCeiling(cachedInputTokens, row.cached) +
        rationalCeiling(writtenApart, row.written ?? "0") +
        rationalCeiling(outputTokens - reasoningApart, row.output) +
        rationalCeiling(reasoningApart, row.reasoning ?? "0");
    }
    expect(actual).toBe(expected);
  });
});
