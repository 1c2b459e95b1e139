import fc from "fast-check";
import { type Amounts, callAmounts, callAmountsOfTotal, type Limit } from "../../../src/core/limit.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import { DAY_MS } from "./rules.ts";

/** One step of a random history of a pool. */
export type Command =
  | { readonly kind: "wait"; readonly durationMs: number }
  | { readonly kind: "wait_for_room" }
  /** Asks `times` times, or until there is no room. */
  | { readonly kind: "ask"; readonly amounts: Amounts; readonly times: number }
  | { readonly kind: "settle" | "settle_late"; readonly pick: number; readonly share: number }
  | { readonly kind: "release" | "expire"; readonly pick: number }
  | { readonly kind: "hold"; readonly durationMs: number }
  | { readonly kind: "change_limits"; readonly factor: number };

const requests = fc.record({
  metric: fc.constant("requests" as const),
  windowMs: fc.constantFrom(1000, 5000, 60_000),
  amount: fc.integer({ min: 1, max: 20 }),
});
const tokens = fc.record({
  metric: fc.constantFrom("tokens" as const, "input_tokens" as const, "output_tokens" as const),
  windowMs: fc.constantFrom(5000, 60_000, 600_000),
  amount: fc.integer({ min: 50, max: 800 }),
});
const calls = fc.record({
  metric: fc.constant("concurrent" as const),
  windowMs: fc.constant(0),
  amount: fc.integer({ min: 1, max: 8 }),
});
const rollingLong = fc.oneof(
  fc.record({
    metric: fc.constant("requests" as const),
    windowMs: fc.constantFrom(3_600_000, DAY_MS),
    amount: fc.integer({ min: 3, max: 30 }),
  }),
  fc.record({
    metric: fc.constant("tokens" as const),
    windowMs: fc.constantFrom(3_600_000, DAY_MS),
    amount: fc.integer({ min: 200, max: 2000 }),
  }),
);
const calendar = fc
  .tuple(
    fc.oneof(
      fc.record({ metric: fc.constant("requests" as const), amount: fc.integer({ min: 3, max: 20 }) }),
      fc.record({ metric: fc.constant("tokens" as const), amount: fc.integer({ min: 200, max: 900 }) }),
    ),
    fc.constantFrom("America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "UTC"),
  )
  .map(([limit, calendarTimeZone]) => ({ ...limit, windowMs: DAY_MS, calendarTimeZone }));

/** Limits alone and of several kinds together, small enough that a short history runs into them. */
export const limitLists: fc.Arbitrary<Limit[]> = fc.oneof(
  fc.oneof(requests, tokens, calls, rollingLong, calendar).map((limit): Limit[] => [limit]),
  fc.array(fc.oneof(requests, tokens, calls, rollingLong, calendar), { minLength: 2, maxLength: 5 }),
);

export const ruleSets: fc.Arbitrary<PoolRules> = fc.record({
  limits: limitLists,
  safetyMargin: fc.integer({ min: 0, max: 2 }),
  tokenMarginPercent: fc.constantFrom(0, 10),
  guardMs: fc.constantFrom(0, 200, 1000),
  spacing: fc.oneof(
    fc.constantFrom("even" as const, "none" as const),
    fc.record({ burst: fc.integer({ min: 2, max: 4 }) }),
  ),
  chargeAt: fc.constantFrom("start" as const, "end" as const, "split" as const),
  refund: fc.constantFrom("full" as const, "none" as const),
});

/** Wall times shortly before midnights in several zones, most of them where the clocks change. */
export const wallStarts = fc
  .tuple(
    fc.constantFrom(
      Date.UTC(2026, 2, 8, 8),
      Date.UTC(2026, 2, 9, 7),
      Date.UTC(2026, 10, 1, 7),
      Date.UTC(2026, 10, 2, 8),
      Date.UTC(2026, 2, 28, 23),
      Date.UTC(2026, 2, 29, 22),
      Date.UTC(2026, 9, 24, 22),
      Date.UTC(2026, 9, 25, 23),
      Date.UTC(2026, 5, 16),
      Date.UTC(2026, 5, 15, 18, 30),
    ),
    fc.constantFrom(0, 500, 1500, 4000, 3_600_000),
  )
  .map(([midnightMs, beforeMs]) => midnightMs - beforeMs);

export const askedAmounts: fc.Arbitrary<Amounts> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 120 }))
    .map(([inputTokens, outputTokens]) => callAmounts(inputTokens, outputTokens)),
  fc.integer({ min: 1, max: 200 }).map(callAmountsOfTotal),
);

const pick = fc.nat({ max: 1000 });
/** Of what was reserved; above 1 the estimate was too low. */
const share = fc.constantFrom(0, 0.3, 1, 1.5);

export const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      durationMs: fc.integer({ min: 0, max: 900 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      durationMs: fc.integer({ min: 1000, max: 20_000_000 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "wait_for_room" as const }) },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      amounts: askedAmounts,
      times: fc.constantFrom(1, 1, 2, 20),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom("settle" as const, "settle_late" as const), pick, share }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("release" as const, "expire" as const), pick }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("hold" as const),
      durationMs: fc.integer({ min: 0, max: 9000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("change_limits" as const),
      factor: fc.constantFrom(0.4, 0.9, 1.3, 3),
    }),
  },
);

/** What a call really used, as a share of what was reserved; whole tokens. */
export function usedOf(reserved: Amounts, share: number): Amounts {
  return {
    requests: 1,
    inputTokens: Math.round(reserved.inputTokens * share),
    outputTokens: Math.round(reserved.outputTokens * share),
    totalTokens: Math.round(reserved.totalTokens * share),
  };
}
