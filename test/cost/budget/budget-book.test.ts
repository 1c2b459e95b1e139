import { describe, expect, test } from "vitest";
import type { BudgetBook } from "../../../src/cost/budget/budget-book.ts";
import { formatUsd } from "../../../src/cost/budget/format-usd.ts";
import { refuseBudget } from "../../../src/cost/budget/refuse-budget.ts";
import { CENT, makeBook, makeCall, NO_TOKENS, NOON_MS, NOTHING_SPENT } from "./make-book.ts";

const HOUR_MS = 3_600_000;

function charge(
  book: BudgetBook,
  worstCostNanoUsd: bigint,
  costNanoUsd: bigint | undefined = worstCostNanoUsd,
) {
  return book.scopeFor(makeCall({ worstCostNanoUsd }), () => costNanoUsd)!.charge(0, NO_TOKENS);
}

function spend(book: BudgetBook, nanoUsd: bigint): void {
  charge(book, nanoUsd).settle(0, NO_TOKENS);
}

function standing(book: BudgetBook, period = "day") {
  const { usedNanoUsd, reservedNanoUsd, remainingNanoUsd } = book
    .reports()
    .find((one) => one.period === period)!;
  return { used: usedNanoUsd, reserved: reservedNanoUsd, remaining: remainingNanoUsd };
}

describe("to which calls a budget applies", () => {
  const blue = { team: "blue" };
  test.each<[string, Parameters<typeof makeCall>[0], boolean]>([
    ["daily_usd: 0", {}, true],
    ["scopes: [{provider: openai, daily_usd: 0}]", {}, true],
    ["scopes: [{provider: gemini, daily_usd: 0}]", {}, false],
    ["scopes: [{model: openai/gpt-4o-mini, hourly_usd: 0}]", {}, true],
    ["scopes: [{model: openai/gpt-4o, hourly_usd: 0}]", {}, false],
    ["scopes: [{tag: team, weekly_usd: 0}]", {}, false],
    ["scopes: [{tag: team, weekly_usd: 0}]", { tags: { team: "" } }, false],
    ["scopes: [{tag: team, weekly_usd: 0}]", { tags: blue }, true],
    ["scopes: [{tag: team=blue, monthly_usd: 0}]", { tags: blue }, true],
    ["scopes: [{tag: team=red, monthly_usd: 0}]", { tags: blue }, false],
    ["scopes: [{tag: team=blue, provider: openai, monthly_usd: 0}]", { tags: blue }, true],
    ["scopes: [{tag: team=blue, provider: gemini, monthly_usd: 0}]", { tags: blue }, false],
    ["daily_usd: 0", { worstCostNanoUsd: 0n }, false],
    ["per_request_usd: 0.02", {}, false],
    ["per_request_usd: 0.019", {}, true],
    ["scopes: [{provider: openai, per_request_usd: 0.019}]", {}, true],
    ["scopes: [{provider: gemini, per_request_usd: 0.019}]", {}, false],
    ["scopes: [{tag: team=blue, per_request_usd: 0.019}]", { tags: blue }, true],
    ["scopes: [{tag: team, per_request_usd: 0.019}]", { tags: {} }, false],
  ])("budgets: {%s}, call %o", (budgets, call, isOver) => {
    const { book } = makeBook(`budgets: {${budgets}}`);
    expect(book.verdictFor(makeCall(call), NOTHING_SPENT).kind).toBe(isOver ? "over" : "within");
  });

  test("those of a tenant apply to that tenant, and only it sees them", () => {
    const { book } = makeBook(
      "tenants: {search: {token: abc, budgets: {per_request_usd: 0.01, daily_usd: 1}}}",
    );
    expect(book.verdictFor(makeCall(), NOTHING_SPENT).kind).toBe("over");
    expect(book.verdictFor(makeCall({ tenant: "chat" }), NOTHING_SPENT).kind).toBe("within");
    expect(book.reports("search").map(({ period }) => period)).toEqual(["request", "day"]);
    expect(book.reports("chat")).toEqual([]);
  });

  test("each value of a tag has its budget for itself", () => {
    const { book } = makeBook("budgets: {scopes: [{tag: team, daily_usd: 0.03}]}");
    const verdict = (team: string) => book.verdictFor(makeCall({ tags: { team } }), NOTHING_SPENT).kind;
    book
      .scopeFor(makeCall({ tags: { team: "blue" } }), () => 2n * CENT)!
      .charge(0, NO_TOKENS)
      .settle(0, NO_TOKENS);
    expect([verdict("blue"), verdict("red")]).toEqual(["over", "within"]);
    expect(book.reports()[0]).toMatchObject({
      scope: "tag",
      scopeValue: "team=blue",
      usedNanoUsd: 2n * CENT,
    });
  });

  test("one of several is named by the narrowest, then the others", () => {
    const { book } = makeBook("budgets: {scopes: [{tenant: default, provider: openai, daily_usd: 1}]}");
    expect(book.reports()[0]).toMatchObject({ scope: "tenant", scopeValue: "default, provider openai" });
  });
});

describe("verdicts", () => {
  test("over: names budget, rest and cost, and says when the period ends", () => {
    const { book } = makeBook("budgets: {daily_usd: 0.05, time_zone: Europe/Berlin}");
    spend(book, 4n * CENT);
    const verdict = book.verdictFor(makeCall(), NOTHING_SPENT);
    expect(verdict).toEqual({
      kind: "over",
      explanation: "the daily budget of $0.05 has $0.01 left, and the call may cost $0.02",
      retryAfterMs: 11 * HOUR_MS,
      violation: {
        subject: "budget daily",
        description: "the daily budget of $0.05 has $0.01 left, and the call may cost $0.02",
      },
    });
    if (verdict.kind === "within") throw new Error("within");
    expect(refuseBudget("openai/gpt-4o-mini", verdict)).toMatchObject({
      reason: "BUDGET_EXCEEDED",
      retryAfterMs: 11 * HOUR_MS,
      quotaViolations: [{ subject: "budget daily" }],
    });
  });

  test("of several full budgets the one that ends last says when to come back", () => {
    const { book } = makeBook("budgets: {hourly_usd: 0.02, daily_usd: 0.02, weekly_usd: 5}");
    spend(book, CENT);
    expect(book.verdictFor(makeCall(), NOTHING_SPENT)).toMatchObject({
      kind: "over",
      retryAfterMs: 12 * HOUR_MS,
    });
  });

  test("a call above the whole amount never fits", () => {
    const { book } = makeBook("budgets: {hourly_usd: 0.01, daily_usd: 5}");
    expect(book.verdictFor(makeCall(), NOTHING_SPENT)).toMatchObject({
      kind: "over",
      retryAfterMs: undefined,
    });
  });

  test("the bound of a request counts what its earlier attempts have spent", () => {
    const { book } = makeBook("{}");
    const request = { maxCostNanoUsd: 3n * CENT, spentNanoUsd: CENT };
    expect(book.verdictFor(makeCall(), request).kind).toBe("within");
    expect(book.verdictFor(makeCall(), { ...request, spentNanoUsd: CENT + 1n })).toMatchObject({
      kind: "over",
      retryAfterMs: undefined,
      violation: { subject: "max_cost" },
    });
  });

  test.each([
    ["{}", undefined, "within"],
    ["{}", CENT, "price_unknown"],
    ["budgets: {per_request_usd: 1}", undefined, "price_unknown"],
    ["budgets: {monthly_usd: 1}", undefined, "price_unknown"],
    ["budgets: {scopes: [{provider: gemini, monthly_usd: 1}]}", undefined, "within"],
  ])("without a price, %s and max_cost %s: %s", (yaml, maxCostNanoUsd, kind) => {
    const { book } = makeBook(yaml);
    const call = makeCall({ worstCostNanoUsd: undefined });
    expect(book.verdictFor(call, { maxCostNanoUsd, spentNanoUsd: 0n }).kind).toBe(kind);
    expect(book.scopeFor(call, () => 0n)).toBeUndefined();
  });

  test("a call that costs nothing passes when all is spent", () => {
    const { book } = makeBook("budgets: {daily_usd: 0.01}");
    charge(book, CENT, 5n * CENT).settle(0, NO_TOKENS);
    expect(book.verdictFor(makeCall({ worstCostNanoUsd: 0n }), NOTHING_SPENT).kind).toBe("within");
    expect(book.scopeFor(makeCall({ worstCostNanoUsd: 0n }), () => 0n)!.earliestMs(7, NO_TOKENS)).toBe(7);
  });
});

describe("reserving", () => {
  test.each<[string, (open: ReturnType<typeof charge>) => void, bigint]>([
    ["settled: its cost", (open) => open.settle(0, NO_TOKENS), CENT],
    ["settled twice: once", (open) => [open.settle(0, NO_TOKENS), open.settle(0, NO_TOKENS)], CENT],
    ["released: nothing", (open) => open.release(), 0n],
    ["expired: the worst case", (open) => open.expire(0), 2n * CENT],
    ["expired, then settled: its cost", (open) => [open.expire(0), open.settle(0, NO_TOKENS)], CENT],
    ["settled, then released: its cost", (open) => [open.settle(0, NO_TOKENS), open.release()], CENT],
  ])("%s", (_name, end, used) => {
    const { book } = makeBook("budgets: {daily_usd: 0.10}");
    const open = charge(book, 2n * CENT, CENT);
    expect(standing(book)).toEqual({ used: 0n, reserved: 2n * CENT, remaining: 8n * CENT });
    end(open);
    expect(standing(book)).toEqual({ used, reserved: 0n, remaining: 10n * CENT - used });
  });

  test("a cost that is not known stays at the worst case", () => {
    const { book } = makeBook("budgets: {daily_usd: 0.10}");
    book
      .scopeFor(makeCall(), () => undefined)!
      .charge(0, NO_TOKENS)
      .settle(0, NO_TOKENS);
    expect(standing(book).used).toBe(2n * CENT);
  });

  test("a call waits for others to settle, and for the period's end when they have spent too much", () => {
    const { book, clock } = makeBook("budgets: {hourly_usd: 0.03}");
    const scope = book.scopeFor(makeCall(), () => 0n)!;
    expect(scope.earliestMs(5, NO_TOKENS)).toBe(5);
    const open = charge(book, 2n * CENT);
    expect(scope.earliestMs(5, NO_TOKENS)).toBe(Number.POSITIVE_INFINITY);
    let overCount = 0;
    scope.watch(() => overCount++);
    open.settle(0, NO_TOKENS);
    expect(overCount).toBe(1);
    expect(scope.earliestMs(5, NO_TOKENS)).toBe(5 + HOUR_MS);
    clock.advance(HOUR_MS);
    expect(scope.earliestMs(5, NO_TOKENS)).toBe(5);
  });

  test("who has stopped watching is not called", () => {
    const { book } = makeBook("budgets: {hourly_usd: 0.03}");
    const scope = book.scopeFor(makeCall(), () => 0n)!;
    scope.watch(() => expect.unreachable())();
    spend(book, 2n * CENT);
    expect(book.verdictFor(makeCall(), NOTHING_SPENT).kind).toBe("over");
  });

  test("says that there is room when a period begins, to the millisecond", () => {
    const { book, clock, roomCount } = makeBook("budgets: {hourly_usd: 0.03}");
    charge(book, 2n * CENT);
    expect(book.scopeFor(makeCall(), () => 0n)!.earliestMs(0, NO_TOKENS)).toBe(Number.POSITIVE_INFINITY);
    clock.advance(HOUR_MS - 1);
    expect(roomCount()).toBe(0);
    clock.advance(1);
    expect(roomCount()).toBe(1);
  });

  test("says that there is room when a late settlement gives back", () => {
    const { book, roomCount } = makeBook("budgets: {hourly_usd: 0.03}");
    const open = charge(book, 2n * CENT, CENT);
    open.expire(0);
    open.settle(0, NO_TOKENS);
    expect(roomCount()).toBe(1);
  });
});

describe("periods", () => {
  test("what is reserved in one and settles in the next counts in the next", () => {
    const { book, clock } = makeBook("budgets: {hourly_usd: 0.10}");
    const open = charge(book, 2n * CENT, CENT);
    spend(book, 3n * CENT);
    clock.advance(HOUR_MS);
    expect(standing(book, "hour")).toEqual({ used: 0n, reserved: 2n * CENT, remaining: 8n * CENT });
    open.settle(0, NO_TOKENS);
    expect(standing(book, "hour")).toEqual({ used: CENT, reserved: 0n, remaining: 9n * CENT });
  });

  test("a late settlement gives back only in the period in which the call expired", () => {
    const { book, clock } = makeBook("budgets: {hourly_usd: 0.10, daily_usd: 0.10}");
    const open = charge(book, 2n * CENT, CENT);
    open.expire(0);
    clock.advance(HOUR_MS);
    open.settle(0, NO_TOKENS);
    expect(standing(book, "hour").used).toBe(0n);
    expect(standing(book, "day").used).toBe(CENT);
  });

  test("reports the end of each", () => {
    const { book } = makeBook(
      "budgets: {hourly_usd: 1, daily_usd: 1, weekly_usd: 1, monthly_usd: 1, per_request_usd: 1, time_zone: Asia/Kolkata}",
    );
    const ends = book
      .reports()
      .map(({ period, resetWallMs }) => [
        period,
        resetWallMs === undefined ? undefined : new Date(resetWallMs).toISOString(),
      ]);
    expect(ends).toEqual([
      ["request", undefined],
      ["hour", "2026-11-22T12:30:00.000Z"],
      ["day", "2026-11-22T18:30:00.000Z"],
      ["week", "2026-11-22T18:30:00.000Z"],
      ["month", "2026-11-30T18:30:00.000Z"],
    ]);
    expect(NOON_MS).toBe(Date.parse("2026-11-22T12:00:00Z"));
  });
});

test.each([
  [0n, "$0.00"],
  [CENT, "$0.01"],
  [15_000n, "$0.000015"],
  [1_234_500_000_000n, "$1234.50"],
  [-1n, "-$0.000000001"],
])("%d nano-dollars are %s", (nanoUsd, text) => {
  expect(formatUsd(nanoUsd)).toBe(text);
});
