import { expect, test } from "vitest";
import type { AttemptErrorReason } from "../../src/core/attempt-error.ts";
import { explainOutcome } from "../../src/fallback/explain-outcome.ts";
import { route } from "../../src/fallback/route.ts";
import { candidate, options } from "./candidate.ts";

test.each<[(AttemptErrorReason | undefined)[], boolean, string]>([
  [[], true, "not needed"],
  [[], false, "not reached"],
  [[undefined], true, "answered"],
  [["TIMEOUT"], false, "failed once (TIMEOUT) and gave no answer"],
  [["TIMEOUT", "OVERLOADED", undefined], true, "failed 2 times (TIMEOUT, OVERLOADED) and answered"],
])("%j, answered: %s", (attempts, answered, text) => {
  const [first] = route([candidate("a/1")], options()).trial;
  expect(explainOutcome(first!, { attempts, answered })).toBe(`the model asked for; starts at once; ${text}`);
});
