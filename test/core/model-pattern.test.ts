import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesModel } from "../../src/core/model-pattern.ts";

test.each([
  ["openai/gpt-4o", "openai/gpt-4o", true],
  ["openai/gpt-4o", "openai/gpt-4o-mini", false],
  ["openai/*", "openai/gpt-4o", true],
  ["openai/*", "openai/", true],
  ["*", "", true],
  ["*", "own/llama/3", true],
  ["*/gpt-*", "openai/gpt-4o", true],
  ["a*a", "a", false],
  ["a*b*a", "aba", true],
  ["a*b*a", "aab", false],
  ["a.c/*", "abc/x", false],
] as const)("%s on %s: %s", (pattern, id, fits) => {
  expect(matchesModel(pattern, id)).toBe(fits);
});

test("agrees with the regular expression on short texts", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 });
  const id = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 6 });
  fc.assert(
    fc.property(text, id, (pattern, model) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
      expect(matchesModel(pattern, model)).toBe(expression.test(model));
    }),
    { numRuns: 2_000, seed: 1 },
  );
});
