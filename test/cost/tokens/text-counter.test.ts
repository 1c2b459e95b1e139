import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { type Encoding, loadEncoding } from "../../../src/cost/tokens/encoding.ts";
import { countTexts } from "../../../src/cost/tokens/text-counter.ts";
import { hardTexts } from "./hard-texts.ts";

/** Steps of a few nanoseconds each: the bound on work and what one last window may take beyond it. */
const MAX_STEPS = 700_000;

const prose =
  "The signal at the junction showed green, and the 7:42 from Hollow Bridge left four minutes late because a " +
  "passenger had held the doors. Nobody on the platform seemed to mind; the rain, after all, had stopped. ";
const code =
  'export function add(left: number, right: number): number {\n  return left + right; // "sum"\n}\n\n';

describe("counting texts", () => {
  let encoding: Encoding;

  beforeAll(async () => {
    encoding = await loadEncoding("o200k_base");
  });

  const count = (texts: readonly string[], seed = 1, hasSingleDigits = false) =>
    countTexts(texts, { encoding, hasSingleDigits }, seededRandom(seed));

  it("is exact up to 8,192 characters together", () => {
    const texts = [prose.repeat(10), code.repeat(20), "", "end"];
    const tokens = texts.reduce((sum, text) => sum + encoding.count(text), 0);
    expect(count(texts)).toEqual({ tokens, isExact: true, errorTokens: 0 });
    expect(count([])).toEqual({ tokens: 0, isExact: true, errorTokens: 0 });
  });

  it("counts each digit where a model's tokenizer does, in texts short and long", () => {
    const digits = "31415926535897932384626433832795028841971";
    expect(count([`${digits} is ${digits}`])).toMatchObject({ tokens: 2 * Math.ceil(digits.length / 3) + 2 });
    const short = count([`${digits} is ${digits}`], 1, true);
    expect(short).toMatchObject({ tokens: 2 * digits.length + 2, isExact: true });
    const long = count([digits.repeat(1_000)], 1, true);
    expect(long).toMatchObject({ tokens: digits.length * 1_000, isExact: false });
  });

  it.each([
    ["prose", [prose.repeat(500)]],
    ["code", [code.repeat(1_000)]],
    ["prose, then code", [prose.repeat(300), code.repeat(600)]],
    ["many short messages", Array.from({ length: 5_000 }, (_, index) => `Message ${index}: all is well.`)],
    ["empty texts between", Array.from({ length: 2_000 }, (_, index) => (index % 2 === 0 ? "" : prose))],
  ])("comes within its stated error on %s", (_, texts) => {
    const actual = texts.reduce((sum, text) => sum + encoding.count(text), 0);
    const sampled = count(texts);
    expect(sampled.isExact).toBe(false);
    expect(Math.abs(sampled.tokens - actual)).toBeLessThanOrEqual(sampled.errorTokens + 0.02 * actual);
    expect(Math.abs(sampled.tokens - actual)).toBeLessThanOrEqual(0.15 * actual);
  });

  it("is within 3 % of long prose for most samples", () => {
    const texts = [prose.repeat(2_000)];
    const actual = encoding.count(prose) * 2_000;
    const errors = Array.from({ length: 21 }, (_, seed) => Math.abs(count(texts, seed).tokens / actual - 1));
    expect(errors.sort((left, right) => left - right)[10]).toBeLessThanOrEqual(0.03);
  });

  it.each(hardTexts)("is bounded in work on $name, long and short", ({ make }) => {
    for (const length of [2_048, 8_192, 20_000, 10_000_000]) {
      const text = make(length);
      const before = encoding.steps;
      const { tokens } = count([text]);
      expect(encoding.steps - before).toBeLessThanOrEqual(MAX_STEPS);
      expect(tokens).toBeGreaterThan(0);
      expect(tokens).toBeLessThanOrEqual(text.length * 3);
    }
  });

  it("is bounded in work on any mixture", () => {
    const part = fc
      .record({ kind: fc.nat({ max: hardTexts.length - 1 }), length: fc.integer({ min: 2, max: 30_000 }) })
      .map(({ kind, length }) => hardTexts[kind]!.make(length));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (texts) => {
        const before = encoding.steps;
        count(texts);
        expect(encoding.steps - before).toBeLessThanOrEqual(MAX_STEPS);
      }),
      { numRuns: 60 },
    );
  });
});
