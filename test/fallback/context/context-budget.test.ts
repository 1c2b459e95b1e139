import { expect, test } from "vitest";
import { boundOutput } from "../../../src/fallback/context/context-change.ts";
import { inputBudgetTokens } from "../../../src/fallback/context/count-request.ts";

test.each([
  [8_192, undefined, 1_000, 7_192],
  [8_192, 4_000, 1_000, 3_000],
  [undefined, 4_000, 1_000, 3_000],
  [500, undefined, 1_000, 0],
  [undefined, undefined, 1_000, Number.POSITIVE_INFINITY],
])(
  "a context of %s and a cap of %s leave beside %i of output %d",
  (contextWindowTokens, tokenCap, outputTokens, left) => {
    expect(inputBudgetTokens({ contextWindowTokens, tokenCap, outputTokens })).toBe(left);
  },
);

test.each([
  [undefined, 4_096, undefined],
  [4_096, 4_096, undefined],
  [9_999, undefined, undefined],
  [4_097, 4_096, { requestedMaxOutputTokens: 4_097, sentMaxOutputTokens: 4_096 }],
])("%s asked of a model that writes %s: %j", (requested, most, bounded) => {
  expect(boundOutput(requested, most)).toEqual(bounded);
});
