import { describe, expect, test } from "vitest";
import { causesIn } from "../../../src/core/cause-set.ts";
import { callAmounts, type Limit } from "../../../src/core/limit.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import type { Lease } from "../../../src/scheduler/lease.ts";
import { type RateAnswer, RateFeedback } from "../../../src/scheduler/rate-feedback.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { type FeedbackProfile, HEADER_PARSERS } from "../../../src/tracker/feedback/header-parsers.ts";
import { PoolUsage } from "../../../src/tracker/pool-usage.ts";
import { DAY_MS, MINUTE_MS, poolRules, requestsPer, tokensPer } from "../../support/scheduling/rules.ts";

const LONG_AGO_MS = 0;

/** A pool without spacing, at 1 s on the clock. */
function makePool(limits: readonly Limit[], profile: FeedbackProfile = "openai") {
  const clock = new ManualClock({ wallMs: Date.UTC(2026, 10, 22) });
  const scheduler = new Scheduler({
    clock,
    agingMs: 30_000,
    maxQueue: 10,
    weightOf: () => 1,
    onExpired: () => {},
  });
  const usage = new PoolUsage(
    poolRules(limits, { spacing: "none" }),
    LONG_AGO_MS,
    (nowMs) => nowMs + Date.UTC(2026, 10, 22),
  );
  const pool = scheduler.addPool("pool", usage);
  const feedback = new RateFeedback({ scheduler, clock, parserOf: () => HEADER_PARSERS[profile] });
  clock.advance(1_000);
  const start = (): Lease => {
    const amounts = callAmounts(60, 40);
    const lease = scheduler.acquire({
      options: [{ deployment: "model", pool, amounts, scopes: [] }],
      tenant: "default",
      level: 1,
      maxWaitMs: 0,
      deadlineMs: undefined,
      leaseDurationMs: 600_000,
    });
    if (lease.kind !== "lease") throw new Error("there is no room");
    return lease;
  };
  const used = () => pool.usage.limits(clock.monotonicMs()).map((limit) => limit.used + limit.reserved);
  return { clock, scheduler, pool, feedback, start, used };
}

function answer(headers: Record<string, string>, changes: Partial<RateAnswer> = {}): RateAnswer {
  return { headers, statusCode: 200, retryAfterMs: undefined, isRateLimited: false, ...changes };
}

const REFUSED = { statusCode: 429, isRateLimited: true };
const requestsLeft = (limit: number, remaining: number, reset = "30s"): Record<string, string> => ({
  "x-ratelimit-limit-requests": String(limit),
  "x-ratelimit-remaining-requests": String(remaining),
  "x-ratelimit-reset-requests": reset,
});

describe("holds", () => {
  test.each([
    ["what the caller read from the answer", {}, { ...REFUSED, retryAfterMs: 7_000 }, 7_000],
    ["Retry-After", { "retry-after": "9" }, REFUSED, 9_000],
    ["Retry-After of an overloaded provider", { "retry-after": "3" }, { statusCode: 529 }, 3_000],
    ["the reset of what is used up", requestsLeft(100, 0, "12s"), REFUSED, 12_000],
    ["a second when nothing is said", {}, REFUSED, 1_000],
    ["a day at most", { "retry-after": "9999999" }, REFUSED, DAY_MS],
  ])("%s", (_, headers: Record<string, string>, changes: Partial<RateAnswer>, heldMs) => {
    const { feedback, start, pool, clock } = makePool([requestsPer(MINUTE_MS, 100)]);
    expect(feedback.note(start(), answer(headers, changes)).heldMs).toBe(heldMs);
    expect(pool.usage.holdUntilMs).toBe(clock.monotonicMs() + heldMs);
  });

  test("grow while refusals say nothing, and begin anew after a success", () => {
    const { feedback, start, clock } = makePool([requestsPer(MINUTE_MS, 100)]);
    const held: (number | undefined)[] = [];
    for (let refusal = 0; refusal < 9; refusal++) {
      held.push(feedback.note(start(), answer({}, REFUSED)).heldMs);
      clock.advance(held.at(-1)!);
    }
    expect(held).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    feedback.note(start(), answer({}));
    expect(feedback.note(start(), answer({}, REFUSED)).heldMs).toBe(1_000);
  });

  test("count calls that were under way together once", () => {
    const { feedback, start, clock } = makePool([requestsPer(MINUTE_MS, 100)]);
    const together = [start(), start(), start()];
    clock.advance(10);
    const held = together.map((lease) => feedback.note(lease, answer({}, REFUSED)).heldMs);
    expect(held).toEqual([1_000, 1_000, 1_000]);
  });

  test("leave a pool alone that got its answer", () => {
    const { feedback, start, pool } = makePool([requestsPer(MINUTE_MS, 100)]);
    expect(feedback.note(start(), answer({}, { statusCode: 500 })).heldMs).toBeUndefined();
    expect(pool.usage.holdUntilMs).toBe(Number.NEGATIVE_INFINITY);
  });
});

test("a refusal for rate is a leak; a used-up quota is none, and neither is a success", () => {
  const { feedback, start, pool } = makePool([requestsPer(MINUTE_MS, 100)]);
  feedback.note(start(), answer({}));
  feedback.note(start(), answer({}, { statusCode: 429, retryAfterMs: 1 }));
  expect(pool.counters.leaked429).toBe(0);
});

test("a refusal for rate is counted", () => {
  const { feedback, start, pool } = makePool([requestsPer(MINUTE_MS, 100)]);
  feedback.note(start(), answer({}, REFUSED));
  expect(pool.counters.leaked429).toBe(1);
});

describe("use by others", () => {
  test("is what is used beyond our own, open calls included, until the stated reset", () => {
    const { feedback, start, used, clock, pool } = makePool([requestsPer(MINUTE_MS, 100)]);
    start();
    const note = feedback.note(start(), answer(requestsLeft(100, 58)));
    expect(note.foreign).toMatchObject([{ amount: 40, untilMs: 31_000 }]);
    expect(used()).toEqual([42]);
    expect(pool.counters.foreignUsage).toBe(1);
    clock.advance(29_999);
    expect(used()).toEqual([42]);
    clock.advance(1);
    expect(used()).toEqual([2]);
  });

  test("of an answer that is older than one already read is ignored", () => {
    const { feedback, start, used, clock } = makePool([requestsPer(MINUTE_MS, 100)]);
    const older = start();
    clock.advance(1);
    const newer = start();
    feedback.note(newer, answer(requestsLeft(100, 98)));
    expect(feedback.note(older, answer(requestsLeft(100, 1))).isStale).toBe(true);
    expect(used()).toEqual([2]);
  });

  test("is not what has left our window while the answer was on its way", () => {
    const { feedback, start, used, clock } = makePool([requestsPer(MINUTE_MS, 100)]);
    feedback.note(start(), answer(requestsLeft(100, 99)));
    for (let call = 0; call < 9; call++) start();
    clock.advance(59_000);
    const slow = start();
    clock.advance(5_000);
    feedback.note(slow, answer(requestsLeft(100, 89)));
    expect(used()).toEqual([1]);
  });

  test("stays known while newer answers show less, unless less is used in all", () => {
    const { feedback, start, used } = makePool([requestsPer(MINUTE_MS, 100)]);
    feedback.note(start(), answer(requestsLeft(100, 49)));
    expect(used()).toEqual([51]);
    feedback.note(start(), answer(requestsLeft(100, 69)));
    expect(used()).toEqual([33]);
  });

  test("is kept apart by limit: a day's is no minute's", () => {
    const day: Limit = { metric: "requests", windowMs: DAY_MS, amount: 14_400 };
    const { feedback, start, used, clock } = makePool(
      [requestsPer(MINUTE_MS, 100), day, tokensPer(MINUTE_MS, 18_000)],
      "groq",
    );
    feedback.note(
      start(),
      answer({ ...requestsLeft(14_400, 14_000, "6h"), "x-ratelimit-remaining-tokens": "17900" }),
    );
    expect(used()).toEqual([1, 400, 100]);
    clock.advance(6 * 3_600_000);
    expect(used()).toEqual([0, 1, 0]);
  });

  test("keeps a day's limit from being overrun, calendar days too", () => {
    const day: Limit = {
      metric: "requests",
      windowMs: DAY_MS,
      amount: 100,
      calendarTimeZone: "America/Los_Angeles",
    };
    const { feedback, start, pool, clock } = makePool([day], "groq");
    feedback.note(start(), answer(requestsLeft(100, 2, "2h")));
    const amounts = callAmounts(1, 1);
    expect(pool.usage.fits(clock.monotonicMs(), amounts)).toBe(false);
    expect(pool.usage.earliestMs(clock.monotonicMs(), amounts)).toBe(2 * 3_600_000 + 1_000);
    expect(causesIn(pool.usage.causes(clock.monotonicMs(), amounts))).toEqual(["daily_window"]);
  });

  test("is not taken from rounded figures", () => {
    const { feedback, start, used } = makePool(
      [{ metric: "input_tokens", windowMs: MINUTE_MS, amount: 80_000 }],
      "anthropic",
    );
    feedback.note(
      start(),
      answer({
        "anthropic-ratelimit-input-tokens-limit": "80000",
        "anthropic-ratelimit-input-tokens-remaining": "79500",
      }),
    );
    expect(used()).toEqual([500]);
    feedback.note(start(), answer({ "anthropic-ratelimit-input-tokens-remaining": "79000" }));
    expect(used()).toEqual([560]);
  });
});

describe("stated amounts", () => {
  const day: Limit = { metric: "requests", windowMs: DAY_MS, amount: 10_000 };

  test("below the declared one are taken over, and given back when they return, never above it", () => {
    const { feedback, start, pool } = makePool([requestsPer(MINUTE_MS, 100)]);
    expect(feedback.note(start(), answer(requestsLeft(60, 59, "1s"))).adopted).toMatchObject([
      { limit: { amount: 60 }, declaredAmount: 100 },
    ]);
    expect(pool.usage.rules.limits).toMatchObject([{ amount: 60, declaredAmount: 100 }]);
    feedback.note(start(), answer(requestsLeft(500, 499, "120ms")));
    expect(pool.usage.rules.limits).toEqual([requestsPer(MINUTE_MS, 100)]);
  });

  test.each([
    ["a day's amount beside a minute's", requestsLeft(9_000, 8_990, "96s"), [100, 9_000]],
    ["a minute's amount beside a day's", requestsLeft(50, 49, "1.2s"), [50, 10_000]],
    ["the declared day", requestsLeft(10_000, 9_999, "8.64s"), [100, 10_000]],
  ])("without a window: %s", (_, headers, amounts) => {
    const { feedback, start, pool } = makePool([requestsPer(MINUTE_MS, 100), day]);
    feedback.note(start(), answer(headers));
    expect(pool.usage.rules.limits.map(({ amount }) => amount)).toEqual(amounts);
  });

  test("of an unknown window never lower a day's limit", () => {
    const { feedback, start, pool } = makePool([day]);
    feedback.note(start(), answer({ "x-ratelimit-limit-requests": "50" }));
    expect(pool.usage.rules.limits).toEqual([day]);
  });

  test("last until other limits are declared", () => {
    const { feedback, start, pool, clock } = makePool([requestsPer(MINUTE_MS, 100)]);
    feedback.note(start(), answer(requestsLeft(60, 59, "1s")));
    pool.usage.setRules(clock.monotonicMs(), poolRules([requestsPer(MINUTE_MS, 200)]));
    expect(pool.usage.rules.limits).toEqual([requestsPer(MINUTE_MS, 200)]);
  });
});
