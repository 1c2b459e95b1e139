import { describe, expect, it, onTestFinished } from "vitest";
import { BudgetPeriod, BudgetScope } from "../../gen/es/headway/v1/budget_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { failureOf } from "../support/service/failure.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";

const CENT = 10_000_000n;
/** Each token of `own/a` and `other/a` costs a cent; a slot takes at most 10. */
const PROVIDER = `{type: echo, limits: {rpm: 100000}, models: {a: {price: {input_per_million_usd: 10000, output_per_million_usd: 10000}},
  b: {price: {input_per_million_usd: 10000, output_per_million_usd: 10000}}}}`;
const USAGE = { inputTokens: 5n, outputTokens: 5n };

/** What a budget counts, the config that says so, and calls that it counts and does not. */
interface Scope {
  readonly name: string;
  readonly scope: BudgetScope;
  readonly scopeValue: string;
  readonly subject: (period: string) => string;
  config(amounts: string): string;
  readonly counted: Spender;
  /** Undefined: it counts every call. */
  readonly uncounted?: Spender;
}

interface Spender {
  readonly model?: string;
  readonly tags?: Record<string, string>;
  readonly token?: string;
}

const TENANTS = (amounts: string) =>
  `tenants: {red: {token: red-token, budgets: {${amounts}}}, blue: {token: blue-token}}`;
const scoped = (selector: string) => (amounts: string) => `scopes: [{${selector}, ${amounts}}]`;

const SCOPES: readonly Scope[] = [
  {
    name: "everything",
    scope: BudgetScope.ALL,
    scopeValue: "",
    subject: (period) => `budget ${period}`,
    config: (amounts) => amounts,
    counted: {},
  },
  {
    name: "a provider",
    scope: BudgetScope.PROVIDER,
    scopeValue: "own",
    subject: (period) => `budget ${period} of provider own`,
    config: scoped("provider: own"),
    counted: { model: "own/b" },
    uncounted: { model: "other/a" },
  },
  {
    name: "a model",
    scope: BudgetScope.MODEL,
    scopeValue: "own/a",
    subject: (period) => `budget ${period} of model own/a`,
    config: scoped("model: own/a"),
    counted: {},
    uncounted: { model: "own/b" },
  },
  {
    name: "a tenant",
    scope: BudgetScope.TENANT,
    scopeValue: "red",
    subject: (period) => `budget ${period} of tenant red`,
    config: () => "",
    counted: { token: "red-token" },
    uncounted: { token: "blue-token" },
  },
  {
    name: "a tag",
    scope: BudgetScope.TAG,
    scopeValue: "team=red",
    subject: (period) => `budget ${period} of tag team=red`,
    config: scoped("tag: team=red"),
    counted: { tags: { team: "red" } },
    uncounted: { tags: { team: "blue" } },
  },
  {
    name: "each value of a tag",
    scope: BudgetScope.TAG,
    scopeValue: "user=1",
    subject: (period) => `budget ${period} of tag user=1`,
    config: scoped("tag: user"),
    counted: { tags: { user: "1" } },
    uncounted: { tags: { user: "2" } },
  },
];

/** A period, an instant in it and its end, where that is not plain. */
interface Period {
  readonly key: string;
  readonly period: BudgetPeriod;
  readonly adjective: string;
  readonly zone: string;
  readonly at: string;
  readonly end: string;
}

const PERIODS: readonly Period[] = [
  {
    key: "hourly_usd",
    period: BudgetPeriod.HOUR,
    adjective: "hourly",
    zone: "Australia/Adelaide",
    at: "2026-11-22T12:10:00Z",
    end: "2026-11-22T12:30:00Z",
  },
  {
    key: "daily_usd",
    period: BudgetPeriod.DAY,
    adjective: "daily",
    zone: "UTC",
    at: "2026-11-22T12:00:00Z",
    end: "2026-11-23T00:00:00Z",
  },
  // A day of 23 hours and one of 25.
  {
    key: "daily_usd",
    period: BudgetPeriod.DAY,
    adjective: "daily",
    zone: "Europe/Berlin",
    at: "2026-03-28T23:30:00Z",
    end: "2026-03-29T22:00:00Z",
  },
  {
    key: "daily_usd",
    period: BudgetPeriod.DAY,
    adjective: "daily",
    zone: "America/New_York",
    at: "2026-11-01T04:30:00Z",
    end: "2026-11-02T05:00:00Z",
  },
  {
    key: "weekly_usd",
    period: BudgetPeriod.WEEK,
    adjective: "weekly",
    zone: "Europe/Berlin",
    at: "2026-10-24T12:00:00Z",
    end: "2026-10-25T23:00:00Z",
  },
  {
    key: "monthly_usd",
    period: BudgetPeriod.MONTH,
    adjective: "monthly",
    zone: "UTC",
    at: "2028-02-28T12:00:00Z",
    end: "2028-03-01T00:00:00Z",
  },
  {
    key: "monthly_usd",
    period: BudgetPeriod.MONTH,
    adjective: "monthly",
    zone: "Pacific/Auckland",
    at: "2026-12-30T12:00:00Z",
    end: "2026-12-31T11:00:00Z",
  },
];

async function begin(scope: Scope, amounts: string, zone: string, clock: ManualClock): Promise<Headway> {
  const budgets = [`time_zone: ${zone}`, "alert_threshold: [0.5, 0.9]", scope.config(amounts)];
  const config = [
    `providers: {own: ${PROVIDER}, other: ${PROVIDER}}`,
    "scheduler: {spacing: none}",
    "admin_token: admin-secret",
    `budgets: {${budgets.filter((text) => text !== "").join(", ")}}`,
    scope.scope === BudgetScope.TENANT ? TENANTS(amounts) : "",
  ].join("\n");
  const headway = await startHeadway({ config, clock });
  onTestFinished(() => headway.close());
  return headway;
}

const cases = SCOPES.flatMap((scope) =>
  PERIODS.map((period) => ({ scope, period, title: `${scope.name}, ${period.adjective} in ${period.zone}` })),
);

describe("a budget of 25 cents", () => {
  it.each(cases)("of $title holds, says when it ends, and begins anew then", async ({ scope, period }) => {
    const clock = new ManualClock({ wallMs: Date.parse(period.at) });
    const headway = await begin(scope, `${period.key}: 0.25`, period.zone, clock);
    const spend = async ({ model = "own/a", tags = {}, token }: Spender): Promise<void> => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const slot = { models: [model], tags, inputTokens: 5n, maxOutputTokens: 5n };
      const { slotId } = await headway.grpc.acquireSlot(slot, { headers });
      await headway.grpc.settleSlot({ slotId, usage: USAGE }, { headers });
    };
    await spend(scope.counted);
    await spend(scope.counted);
    const leftMs = Date.parse(period.end) - Date.parse(period.at);
    expect(await failureOf(spend(scope.counted))).toMatchObject({
      code: "ResourceExhausted",
      reason: "BUDGET_EXCEEDED",
      quotas: [scope.subject(period.adjective)],
      retryDelayMs: leftMs,
    });
    if (scope.uncounted !== undefined) await spend(scope.uncounted);
    const reader =
      scope.counted.token === undefined ? {} : { authorization: `Bearer ${scope.counted.token}` };
    const { budgets } = await headway.grpc.getUsage({}, { headers: reader });
    const { scopeValue } = scope;
    const report = budgets.find((budget) => budget.scopeValue === scopeValue);
    expect(report).toMatchObject({
      scope: scope.scope,
      period: period.period,
      usedNanoUsd: 20n * CENT,
      remainingNanoUsd: 5n * CENT,
      timeZone: period.zone,
      resetTime: { seconds: BigInt(Date.parse(period.end) / 1000) },
    });

    clock.advance(2_000);
    const admin = { headers: { authorization: "Bearer admin-secret" } };
    await expect
      .poll(async () => (await headway.admin.grpc.listAlerts({}, admin)).alerts.map(({ message }) => message))
      .toEqual([expect.stringContaining("is used up"), expect.stringContaining("is used to 80 %")]);

    clock.advance(leftMs - 2_000 - 1);
    expect(await failureOf(spend(scope.counted))).toMatchObject({
      reason: "BUDGET_EXCEEDED",
      retryDelayMs: 1,
    });
    clock.advance(1);
    await spend(scope.counted);
  });
});

describe.each(SCOPES)("a budget per request of $name", (scope) => {
  it("refuses what may cost more, of calls that it counts", async () => {
    const headway = await begin(scope, "per_request_usd: 0.1", "UTC", new ManualClock());
    const acquire = ({ model = "own/a", tags = {}, token }: Spender, maxOutputTokens: bigint) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const slot = { models: [model], inputTokens: 5n, maxOutputTokens, tags, maxWait: {} };
      return headway.grpc.acquireSlot(slot, { headers });
    };
    await acquire(scope.counted, 5n);
    const failure = await failureOf(acquire(scope.counted, 6n));
    expect(failure).toMatchObject({ reason: "BUDGET_EXCEEDED", quotas: [scope.subject("per request")] });
    expect(failure.retryDelayMs).toBeUndefined();
    // Where each value of a tag has the bound, only a call without the tag is left alone.
    const uncounted = scope.name === "each value of a tag" ? {} : scope.uncounted;
    if (uncounted !== undefined) await acquire(uncounted, 6n);
  });
});
