import fc from "fast-check";
import type { Amounts, Limit } from "../../../src/core/limit.ts";
import { Quota } from "../../../src/scheduler/quota.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import { PoolUsage } from "../../../src/tracker/pool-usage.ts";
import { askedAmounts, ruleSets } from "./arbitrary.ts";
import { shortLimits } from "./check-scheduler.ts";
import { poolRules } from "./rules.ts";
import { type Asked, TestBench } from "./test-bench.ts";

const FREE = "free";
const TENANTS = [FREE, "b", "c"] as const;
const WEIGHTS: Readonly<Record<string, number>> = { free: 1, b: 2, c: 3 };

/** A queue that fills, and in the end a newcomer who is told when it will start. */
export interface Crowd {
  readonly rules: PoolRules;
  /** Of the tenants that have their own. */
  readonly quotas: readonly (readonly Limit[])[];
  readonly agingMs: number;
  /** How long every call takes. */
  readonly callMs: number;
  readonly arrivals: readonly {
    readonly gapMs: number;
    readonly tenant: number;
    readonly level: number;
    readonly amounts: Amounts;
    readonly maxWaitMs: number;
  }[];
}

const NO_HURRY_MS = 1e9;

export const crowds: fc.Arbitrary<Crowd> = fc
  .tuple(
    fc.record({
      rules: fc.tuple(ruleSets, shortLimits).map(([rules, limits]) => ({ ...rules, limits })),
      quotas: fc.tuple(shortLimits, shortLimits),
      agingMs: fc.constantFrom(700, 5_000, Number.POSITIVE_INFINITY),
      callMs: fc.integer({ min: 1, max: 4_000 }),
    }),
    fc.constantFrom(NO_HURRY_MS, 3_000),
    fc.array(
      fc.record({
        gapMs: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 1_500 })),
        tenant: fc.nat(TENANTS.length - 1),
        level: fc.nat(3),
        amounts: askedAmounts,
      }),
      { minLength: 2, maxLength: 40, size: "max" },
    ),
  )
  .map(([crowd, maxWaitMs, arrivals]) => ({
    ...crowd,
    arrivals: arrivals.map((arrival) => ({ ...arrival, maxWaitMs })),
  }));

/** What the last of a crowd was told, and what became of it. */
export interface Prediction {
  readonly predictedWaitMs: number;
  readonly waitedMs: number;
  /** All that decides the start could be known when it was told: nobody gives up. */
  readonly isExact: boolean;
}

/**
 * Lets a crowd come, each call ending as it was estimated after the same time, and then nobody else. Undefined: the last one
 * did not have to wait, or something came in between that nobody can know.
 */
export async function predict(crowd: Crowd): Promise<Prediction | undefined> {
  const { rules, callMs, agingMs, arrivals } = crowd;
  const bench = new TestBench(rules, { agingMs, weightOf: (tenant) => WEIGHTS[tenant]! });
  const quotas = crowd.quotas.map((limits, index) => {
    const free = { safetyMargin: 0, guardMs: 0, spacing: "none" } as const;
    return new Quota(
      `tenant ${index}`,
      new PoolUsage(poolRules(limits, free), 0, (monotonicMs) => monotonicMs),
    );
  });
  let told: number | undefined;
  let last: Asked | undefined;
  let isKnown = false;
  const ends = new Set<number>();
  let isTied = false;
  for (const [index, { gapMs, tenant, level, amounts, maxWaitMs }] of arrivals.entries()) {
    await bench.run(gapMs);
    const quota = quotas[tenant - 1];
    const scopes = quota === undefined ? [] : [quota];
    const isLast = index === arrivals.length - 1;
    isKnown = [bench.pool.usage, ...quotas.map(({ account }) => account.usage)].every(({ openCalls }) => {
      return openCalls.cap === Number.POSITIVE_INFINITY || openCalls.usualDurationMs !== undefined;
    });
    last = bench.ask({
      tenant: TENANTS[tenant]!,
      level,
      amounts,
      scopes,
      maxWaitMs: isLast ? NO_HURRY_MS : maxWaitMs,
      onGranted: (lease) => {
        const endMs = lease.startMs + callMs;
        if (ends.has(endMs)) isTied = true;
        ends.add(endMs);
        bench.clock.after(callMs, () => bench.scheduler.settle(lease, amounts));
      },
      ...(isLast && { onQueued: ({ predictedWaitMs }) => (told ??= predictedWaitMs) }),
    });
  }
  await bench.run(3_000_000);
  // Of two calls that end at one instant nobody knows which is heard of first.
  if (told === undefined || !isKnown || isTied || last?.answer?.kind !== "lease") return undefined;
  // Where tokens count at the end, starts depend on when calls end that nobody expects at any time.
  if (rules.chargeAt !== "start") return undefined;
  const isExact = arrivals.every(({ maxWaitMs }) => maxWaitMs === NO_HURRY_MS);
  // Who gives up later than it could have known counts for its level's age until then.
  if (!isExact && agingMs !== Number.POSITIVE_INFINITY) return undefined;
  return { predictedWaitMs: told, waitedMs: last.answer.waitedMs, isExact };
}
