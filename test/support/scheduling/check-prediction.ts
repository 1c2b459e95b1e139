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
  /** How long everyone but the last would wait. */
  readonly maxWaitMs: number;
  readonly arrivals: readonly {
    readonly gapMs: number;
    readonly tenant: number;
    readonly level: number;
    readonly amounts: Amounts;
  }[];
}

const NO_HURRY_MS = 1e9;

/**
 * Tokens count at the start: where they count at the end, starts depend on when calls end that nobody expects at any
 * time.
 */
function crowdsOf(maxWaitMs: number, agingsMs: readonly number[]): fc.Arbitrary<Crowd> {
  return fc.record({
    rules: fc
      .tuple(ruleSets, shortLimits)
      .map(([rules, limits]) => ({ ...rules, limits, chargeAt: "start" as const })),
    quotas: fc.oneof(fc.constant([]), fc.tuple(shortLimits, shortLimits)),
    agingMs: fc.constantFrom(...agingsMs),
    callMs: fc.integer({ min: 1, max: 4_000 }),
    maxWaitMs: fc.constant(maxWaitMs),
    arrivals: fc.array(
      fc.record({
        gapMs: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 1_500 })),
        tenant: fc.nat(TENANTS.length - 1),
        level: fc.nat(3),
        amounts: askedAmounts,
      }),
      { minLength: 2, maxLength: 40, size: "max" },
    ),
  });
}

/** Crowds in which everybody waits for as long as it takes. */
export const patientCrowds = crowdsOf(NO_HURRY_MS, [700, 5_000, Number.POSITIVE_INFINITY]);

/**
 * Crowds in which some give up. Nobody moves up a level: who gives up later than it could have known counts for its
 * level's age until then. Deadlines are not at the instant at which a call ends.
 */
export const hurriedCrowds = crowdsOf(3_000.5, [Number.POSITIVE_INFINITY]);

/** What the last of a crowd was told, and what became of it. */
export interface Prediction {
  readonly predictedWaitMs: number;
  readonly waitedMs: number;
}

/**
 * Lets a crowd come, each call ending as it was estimated after the same time, and then nobody else. Undefined: the last one
 * did not have to wait, or something came in between that nobody can know.
 */
export async function predict(crowd: Crowd): Promise<Prediction | undefined> {
  const { rules, callMs, agingMs, maxWaitMs, arrivals } = crowd;
  const bench = new TestBench(rules, { agingMs, weightOf: (tenant) => WEIGHTS[tenant]! });
  const quotas = crowd.quotas.map((limits, index) => {
    const free = { safetyMargin: 0, guardMs: 0, spacing: "none" } as const;
    return new Quota(
      `tenant ${index}`,
      new PoolUsage(poolRules(limits, free), 0, (monotonicMs) => monotonicMs),
    );
  });
  let told: number | undefined;
  const asked: Asked[] = [];
  let isKnown = false;
  const ends = new Set<number>();
  let isTied = false;
  for (const [index, { gapMs, tenant, level, amounts }] of arrivals.entries()) {
    await bench.run(gapMs);
    const quota = quotas[tenant - 1];
    const scopes = quota === undefined ? [] : [quota];
    const isLast = index === arrivals.length - 1;
    isKnown = [bench.pool.usage, ...quotas.map(({ account }) => account.usage)].every(({ openCalls }) => {
      return openCalls.cap === Number.POSITIVE_INFINITY || openCalls.usualDurationMs !== undefined;
    });
    const one = bench.ask({
      tenant: TENANTS[tenant]!,
      level,
      amounts,
      scopes,
      maxWaitMs: isLast ? NO_HURRY_MS : maxWaitMs,
      onGranted: (lease) => {
        const endMs = lease.startMs + callMs;
        if (ends.has(endMs)) isTied = true;
        ends.add(endMs);
        bench.clock.after(callMs, () => {
          for (const { startMs } of bench.scheduler.leases()) if (startMs === endMs) isTied = true;
          bench.scheduler.settle(lease, amounts);
        });
      },
      ...(isLast && { onQueued: ({ predictedWaitMs }) => (told ??= predictedWaitMs) }),
    });
    asked.push(one);
  }
  await bench.run(3_000_000);
  const last = asked.at(-1)?.answer;
  // Of a call's end and another's end or start at one instant nobody knows which comes first.
  if (told === undefined || !isKnown || isTied || last?.kind !== "lease") return undefined;
  return { predictedWaitMs: told, waitedMs: last.wait.waitedMs };
}
