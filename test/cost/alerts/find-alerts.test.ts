import { describe, expect, test } from "vitest";
import type { AlertSettings } from "../../../src/cost/alerts/alert.ts";
import { findBudgetAlerts } from "../../../src/cost/alerts/budget-alerts.ts";
import { findCallAlerts, findDownAlerts } from "../../../src/cost/alerts/provider-alerts.ts";
import { RecentCalls } from "../../../src/cost/alerts/recent-calls.ts";
import type { BudgetReport } from "../../../src/cost/budget/budget-report.ts";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";
import { makeEntry } from "../../support/ledger/make-entry.ts";
import { DEFAULT_ALERT_SETTINGS } from "./default-settings.ts";

const MINUTE_MS = 60_000;
const NOW_MS = Date.UTC(2026, 10, 22, 12, 30);
const DOLLAR = 1_000_000_000n;

function budget(changes: Partial<BudgetReport> = {}): BudgetReport {
  return {
    scope: "tenant",
    scopeValue: "search",
    period: "day",
    amountNanoUsd: 10n * DOLLAR,
    usedNanoUsd: 0n,
    reservedNanoUsd: 0n,
    remainingNanoUsd: 0n,
    resetWallMs: NOW_MS,
    timeZone: "UTC",
    hasRefused: false,
    ...changes,
  };
}

describe("budgets", () => {
  test.each<[string, Partial<BudgetReport>, [string, number][]]>([
    ["below", { usedNanoUsd: 5n * DOLLAR - 1n }, []],
    ["at the first threshold", { usedNanoUsd: 5n * DOLLAR }, [["budget_threshold", 0.5]]],
    ["reserved only", { reservedNanoUsd: 10n * DOLLAR }, []],
    [
      "above both",
      { usedNanoUsd: 9n * DOLLAR },
      [
        ["budget_threshold", 0.5],
        ["budget_threshold", 0.8],
      ],
    ],
    [
      "used up",
      { usedNanoUsd: 10n * DOLLAR },
      [
        ["budget_threshold", 0.5],
        ["budget_threshold", 0.8],
        ["budget_exceeded", 1],
      ],
    ],
    ["without room for a call", { hasRefused: true }, [["budget_exceeded", 1]]],
    ["of each request", { usedNanoUsd: 10n * DOLLAR, period: "request", resetWallMs: undefined }, []],
    ["of nothing", { amountNanoUsd: 0n, hasRefused: true }, []],
  ])("%s", (_name, changes, expected) => {
    const found = findBudgetAlerts([budget(changes)], [0.5, 0.8, 1]);
    expect(found.map(({ kind, threshold }) => [kind, threshold])).toEqual(expected);
  });

  test("is told for people, and once a period", () => {
    const [finding] = findBudgetAlerts([budget({ usedNanoUsd: 8n * DOLLAR })], [0.8]);
    expect(finding!.message).toBe(
      "The budget of tenant search for this day is used to 80 %: $8.00 of $10.00.",
    );
    const later = findBudgetAlerts([budget({ usedNanoUsd: 9n * DOLLAR })], [0.8]);
    const tomorrow = findBudgetAlerts([budget({ usedNanoUsd: 9n * DOLLAR, resetWallMs: NOW_MS + 1 })], [0.8]);
    expect(later[0]!.key).toBe(finding!.key);
    expect(tomorrow[0]!.key).not.toBe(finding!.key);
  });
});

describe("calls", () => {
  const settings: AlertSettings = { ...DEFAULT_ALERT_SETTINGS, rateLimitHits: 3, errorRate: 0.5 };

  function found(rows: readonly [number, Partial<LedgerEntry>][]): string[] {
    const calls = new RecentCalls();
    for (const [count, changes] of rows) {
      for (let index = 0; index < count; index++) calls.record(makeEntry({ wallMs: NOW_MS, ...changes }));
    }
    return findCallAlerts(calls.counts(NOW_MS), settings, NOW_MS).map(
      ({ kind, provider }) => `${kind} ${provider}`,
    );
  }

  const failed = { outcome: "failed", reason: "SERVER_ERROR" } as const;
  const limited = { outcome: "failed", reason: "RATE_LIMITED" } as const;

  test.each<[string, [number, Partial<LedgerEntry>][], string[]]>([
    [
      "half of 20 fail",
      [
        [10, failed],
        [10, {}],
      ],
      ["error_rate openai"],
    ],
    [
      "less than half",
      [
        [9, failed],
        [11, {}],
      ],
      [],
    ],
    ["too few to say", [[19, failed]], []],
    ["the callers' own faults", [[20, { outcome: "failed", reason: "VALIDATION" }]], []],
    ["callers that went away", [[20, { outcome: "cancelled", reason: "CANCELLED" }]], []],
    ["refusals of ours", [[20, { kind: "refusal", outcome: "refused", reason: "WAIT_TOO_LONG" }]], []],
    [
      "3 × 429",
      [
        [3, limited],
        [50, {}],
      ],
      ["rate_limit_hits openai"],
    ],
    ["2 × 429", [[2, limited]], []],
    [
      "2 × 429 of each of two",
      [
        [2, limited],
        [2, { ...limited, provider: "gemini" }],
      ],
      [],
    ],
    ["longer ago than 5 minutes", [[20, { ...failed, wallMs: NOW_MS - 5 * MINUTE_MS }]], []],
    ["within 5 minutes", [[20, { ...failed, wallMs: NOW_MS - 4 * MINUTE_MS }]], ["error_rate openai"]],
  ])("%s", (_name, rows, expected) => {
    expect(found(rows)).toEqual(expected);
  });
});

test("providers that are down, once an hour", () => {
  const providers = [
    { name: "openai", isDown: true },
    { name: "gemini", isDown: false },
  ];
  const [finding, ...others] = findDownAlerts(providers, NOW_MS);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ kind: "provider_down", provider: "openai", value: 0, threshold: 0 });
  expect(findDownAlerts(providers, NOW_MS + 29 * MINUTE_MS)[0]!.key).toBe(finding!.key);
  expect(findDownAlerts(providers, NOW_MS + 30 * MINUTE_MS)[0]!.key).not.toBe(finding!.key);
});
