import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CONTEXT_STRATEGIES, STRATEGIES } from "../../src/config/schema/routing-schema.ts";
import type { AttemptErrorReason } from "../../src/core/attempt-error.ts";
import { ERROR_POLICIES, type ErrorPolicy } from "../../src/fallback/attempts/error-policy.ts";
import type { BreakerSignal } from "../../src/fallback/breaker/breaker.ts";
import { breakerSignal } from "../../src/fallback/breaker/breaker-signal.ts";
import { route } from "../../src/fallback/route.ts";
import { PRESETS } from "../../src/fallback/selection/preset.ts";
import { problemLines, setupFrom } from "../config/config-from.ts";
import { candidate, options, ranked } from "./candidate.ts";

const TEXT = readFileSync(new URL("../../docs/routing.md", import.meta.url), "utf8");

/** Rows of the tables of docs/routing.md, by their first cell. */
const ROWS = new Map(
  TEXT.split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
    .map(([first, ...others]) => [first!.replaceAll("`", ""), others]),
);

const HERE: Record<ErrorPolicy["retryHere"], string> = {
  yes: "yes",
  no: "no",
  last_resort: "only when no other is left",
};
const NEXT: Record<ErrorPolicy["next"], string> = {
  any: "any",
  other_provider: "of another provider",
  larger_context: "with a larger context",
  none: "none",
};
const COUNTS: Record<BreakerSignal, string> = {
  success: "a success",
  failure: "a failure",
  nothing: "nothing",
};

test.each(Object.entries(ERROR_POLICIES))("says what follows %s", (reason, { retryHere, next }) => {
  const counts = COUNTS[breakerSignal(reason as AttemptErrorReason)];
  expect(ROWS.get(reason)).toEqual([HERE[retryHere], NEXT[next], counts]);
});

test.each([...CONTEXT_STRATEGIES, ...PRESETS.map(({ name }) => name)])("tells of %s", (name) => {
  expect(ROWS.get(name)).toBeDefined();
});

test.each(STRATEGIES.filter((name) => name !== "weighted" && name !== "round_robin"))(
  "gives the right example of %s",
  (strategy) => {
    const candidates = ranked(
      candidate("x/a", { predictedWaitMs: 3_000, latencyMs: 400, worstCostNanoUsd: 4_000_000n, quality: 9 }),
      candidate("x/b", { latencyMs: 900, worstCostNanoUsd: 1_000_000n, quality: 6 }),
      candidate("x/c", { latencyMs: 2_000, worstCostNanoUsd: 0n, quality: 3 }),
    );
    const { trial } = route(candidates, options({ strategy }));
    const order = trial.map((routed) => routed.candidate.modelId.slice(2)).join(", ");
    expect(ROWS.get(strategy)?.[1]).toBe(order);
  },
);

const EXAMPLES = [...TEXT.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml]) => yaml!);

test("has examples of the configuration", () => {
  expect(EXAMPLES.length).toBeGreaterThan(0);
});

test.each(EXAMPLES)("the example %# is a configuration without problems or warnings", (yaml) => {
  const environment = { OPENAI_API_KEY: "key", GEMINI_API_KEY: "key" };
  expect(problemLines(yaml, environment)).toEqual([]);
  expect(setupFrom(yaml, environment).warnings).toEqual([]);
});
