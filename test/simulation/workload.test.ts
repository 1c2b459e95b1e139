import { expect, test } from "vitest";
import { buildCatalog } from "../../src/catalog/build-catalog.ts";
import { formatPath } from "../../src/config/path.ts";
import { formatProblems } from "../../src/config/problem.ts";
import { findTargets } from "../../src/simulation/target.ts";
import { parseWorkload } from "../../src/simulation/workload/parse-workload.ts";
import { readWorkload } from "../../src/simulation/workload/read-workload.ts";
import { configFrom } from "../config/config-from.ts";
import { oneStream } from "./run-workload.ts";

/** The lines that a user sees for a wrong file; empty when it is right. */
function problemLines(text: string): string[] {
  const file = parseWorkload(text, {});
  if (file.problems.length > 0) return formatProblems(file.problems, "w.yaml").split("\n");
  const reading = readWorkload(file.tree);
  if (reading.kind === "valid") return [];
  return formatProblems(reading.findings.map(file.locate), "w.yaml").split("\n");
}

const CALLS = "streams: {calls: {models: a/b, rate: 1/s, input_tokens: 10, output_tokens: 10";

/** The same stream with one part of it written otherwise. */
function callsWith(part: string, otherwise: string): string {
  return `${CALLS.replace(part, otherwise)}}}`;
}

test("what is left out has a default", () => {
  const reading = readWorkload(parseWorkload(`${CALLS}}}`, {}).tree);
  expect(reading).toEqual({
    kind: "valid",
    workload: {
      durationMs: 3_600_000,
      seed: 1,
      tenants: [{ name: "default", weight: undefined, share: 1 }],
      streams: [
        {
          name: "calls",
          models: ["a/b"],
          ratePerMs: 0.001,
          inputTokens: { median: 10, spread: 1 },
          outputTokens: { median: 10, spread: 1 },
          maxOutputTokens: undefined,
          tenant: undefined,
          priorities: [{ priority: "normal", share: 1 }],
          maxWaitMs: undefined,
          latency: { firstTokenMs: 500, tokensPerSecond: 80 },
          fromMs: 0,
          untilMs: 3_600_000,
        },
      ],
    },
  });
});

test.each([
  ["duration: 1h", "w.yaml:1: streams: there is no traffic; describe at least one stream"],
  ["streams: [", "w.yaml:1: this is not valid YAML"],
  [`durration: 1h\n${CALLS}}}`, "w.yaml:1: durration: unknown key; did you mean duration?"],
  [`${CALLS}, rat: 2/s}}`, "streams.calls.rat: unknown key; did you mean rate?"],
  [
    "streams:\n  calls: {models: a/b, input_tokens: 1, output_tokens: 1}",
    "w.yaml:2: streams.calls.rate: missing",
  ],
  ["streams:\n  calls:\n    models: a/b\n    rate: 120", "w.yaml:4: streams.calls.rate: 120 is not a rate"],
  [callsWith("1/s", "0/s"), "rate above 0"],
  [callsWith("a/b", "gpt"), 'streams.calls.models: "gpt" is not a model'],
  [callsWith("a/b", "[]"), "streams.calls.models: name at least one model"],
  [callsWith("input_tokens: 10", "input_tokens: {median: 10, spread: 0.5}"), "0.5 is not a number from 1"],
  [callsWith("input_tokens: 10", "input_tokens: {median: 10}"), "streams.calls.input_tokens.spread: missing"],
  [callsWith("input_tokens: 10", "input_tokens: many"), '"many" is not a whole number'],
  [`${CALLS}, priorities: {urgent: 1}}}`, "streams.calls.priorities.urgent: unknown key"],
  [`${CALLS}, priorities: {high: 0}}}`, "streams.calls.priorities: all shares are 0"],
  [`${CALLS}, from: 2h}}`, "streams.calls.from: the stream would end before it begins"],
  [`tenants: {a: {share: 0}}\n${CALLS}}}`, "w.yaml:1: tenants: all shares are 0"],
  [`duration: 31d\n${callsWith("1/s", "10/s")}`, "duration: about 27 million requests are too many"],
])("%s says what is wrong and the way out", (text, expected) => {
  const lines = problemLines(text);
  expect(lines.join("\n")).toContain(expected);
});

test("all problems are told at once", () => {
  expect(problemLines("duration: long\nseed: -1\nstreams: {calls: {}}").length).toBeGreaterThanOrEqual(5);
});

test.each([
  ["openai/gpt-4o-mni", "", "there is no model openai/gpt-4o-mni; did you mean openai/gpt-4o-mini"],
  ["openai/gpt-4o", "tier: free", "openai/gpt-4o is not offered on free; choose another tier"],
  ["openai/gpt-4o", "providers: {openai: {enabled: false}}", "provider openai is switched off"],
])("a model that cannot be used is named: %s", (models, yaml, expected) => {
  const found = findTargets(oneStream({ models, rate: "1/s" }), buildCatalog(configFrom(yaml)));
  const findings = found.kind === "missing" ? found.findings : [];
  expect(findings.map(({ path }) => formatPath(path))).toEqual(["streams.calls.models"]);
  expect(findings[0]!.message).toContain(expected);
});

test("of several models those that can be used are enough", () => {
  const workload = oneStream({ models: ["openai/gpt-4o", "openai/gpt-4o-mini"], rate: "1/s" });
  const found = findTargets(workload, buildCatalog(configFrom("tier: free")));
  const targets = found.kind === "found" ? found.targets.get("calls")! : [];
  expect(targets.map(({ deployment }) => deployment.id)).toEqual(["openai/gpt-4o-mini"]);
});
