import fc from "fast-check";
import { Tiktoken } from "js-tiktoken/lite";
import cl100k from "js-tiktoken/ranks/cl100k_base";
import o200k from "js-tiktoken/ranks/o200k_base";
import { beforeAll, describe, expect, it } from "vitest";
import { type Encoding, loadEncoding } from "../../../src/cost/tokens/encoding.ts";
import { hardTexts } from "./hard-texts.ts";

const samples: readonly string[] = [
  "",
  "a",
  "Hello, world! It's 12,345.67 o'clock; we'll SHOUT and don't CamelCaseThings.",
  "人工智能正在改变我们的生活方式。这是一个非常重要的话题。",
  "Größenwahn für 3 Äpfel: naïve façade — “quotes” … and emoji 👩‍👩‍👧‍👦🎉",
  "Привет, мир! مرحبا بالعالم. हिन्दी में पाठ",
  "function f(x) {\n\treturn x?.y ?? [1, 2, 3].map((z) => z ** 2);\n}\n\n\n   // end  ",
  '{"id":1,"tags":["a","b"],"nested":{"k":null,"v":1e-7}}',
  "<|endoftext|> and <|im_start|> are text like any other",
  "aGVsbG8gd29ybGQgdGhpcyBpcyBiYXNlNjQ=",
  "\u0000\u0001 control \r\n\r\n and a lone \ud800 half of a pair",
];

describe.each([
  ["o200k_base", o200k],
  ["cl100k_base", cl100k],
] as const)("%s", (name, ranks) => {
  let encoding: Encoding;
  let oracle: Tiktoken;

  beforeAll(async () => {
    encoding = await loadEncoding(name);
    oracle = new Tiktoken(ranks);
  });

  const expected = (text: string) => oracle.encode(text, [], []).length;

  it.each(samples)("counts as js-tiktoken does: %j", (text) => {
    expect(encoding.count(text)).toBe(expected(text));
  });

  it("counts any short text as js-tiktoken does", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.string({ maxLength: 60 }),
      fc.lorem(),
    );
    fc.assert(
      fc.property(text, (drawn) => {
        expect(encoding.count(drawn)).toBe(expected(drawn));
      }),
      { numRuns: 500 },
    );
  });

  it.each(hardTexts)("does work in proportion to the length of $name", ({ make }) => {
    const text = make(8_192);
    const before = encoding.steps;
    const tokens = encoding.count(text);
    const bytes = Buffer.byteLength(text);
    expect(encoding.steps - before).toBeLessThanOrEqual(bytes * 100);
    expect(tokens).toBeGreaterThan(0);
    expect(tokens).toBeLessThanOrEqual(bytes);
  });

  it("is off by little where a long run is cut", () => {
    const run = "ab".repeat(150);
    expect(Math.abs(encoding.count(run) - expected(run))).toBeLessThanOrEqual(3);
  });
});

it("loads an encoding once", () => {
  expect(loadEncoding("o200k_base")).toBe(loadEncoding("o200k_base"));
});
