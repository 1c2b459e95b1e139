import { callAmounts } from "../../../src/core/limit.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { Refusal } from "../../../src/core/refusal.ts";
import type { Lease } from "../../../src/scheduler/lease.ts";
import { RateFeedback, type RateFeedbackNote } from "../../../src/scheduler/rate-feedback.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { HEADER_PARSERS } from "../../../src/tracker/feedback/header-parsers.ts";
import { PoolUsage } from "../../../src/tracker/pool-usage.ts";
import { poolRules, requestsPer, tokensPer } from "../scheduling/rules.ts";
import { runClock } from "../scheduling/run-clock.ts";
import { type Counting, StatingProvider } from "./stating-provider.ts";

export interface SharedAccount {
  readonly seed: number;
  readonly counting: Counting;
  /** What the provider allows in a minute. */
  readonly real: { readonly requests: number; readonly tokens: number };
  /** What was declared; what is real when undefined. */
  readonly declared?: { readonly requests: number; readonly tokens: number };
  /** Calls of others, evenly spread over a time. */
  readonly foreign?: { readonly perMinute: number; readonly fromMs: number; readonly untilMs: number };
  /** Longest time from the provider's decision to the reading of its answer: answers overtake each other. */
  readonly longestAnswerMs: number;
  /** Whether the pool is told what the answers say. */
  readonly listens: boolean;
  readonly durationMs: number;
}

/** What came of it. */
export interface SharedOutcome {
  /** Our calls as the provider saw them. */
  readonly arrivals: readonly { readonly atMs: number; readonly accepted: boolean }[];
  readonly notes: readonly RateFeedbackNote[];
  readonly leaked429: number;
  readonly foreignUsage: number;
}

const RESERVED = callAmounts(300, 200);

/** Floods one pool whose account others use as well, on a virtual clock. */
export async function shareAccount(options: SharedAccount): Promise<SharedOutcome> {
  const { real, declared = real, foreign, durationMs } = options;
  const random = seededRandom(options.seed);
  const clock = new ManualClock({ wallMs: Date.UTC(2026, 10, 22) });
  const provider = new StatingProvider(options.counting, real);
  const scheduler = new Scheduler({
    clock,
    agingMs: 30_000,
    maxQueue: 1_000,
    weightOf: () => 1,
    onExpired: () => {},
  });
  const rules = poolRules([requestsPer(60_000, declared.requests), tokensPer(60_000, declared.tokens)]);
  const pool = scheduler.addPool("pool", new PoolUsage(rules, 0, () => clock.wallMs()));
  const feedback = new RateFeedback({ scheduler, clock, parserOf: () => HEADER_PARSERS.openai });
  const arrivals: { atMs: number; accepted: boolean }[] = [];
  const notes: RateFeedbackNote[] = [];

  const send = (lease: Lease): void => {
    clock.after(random.next() * 900, () => {
      const { accepted, headers } = provider.arrive(clock.monotonicMs(), RESERVED.totalTokens);
      arrivals.push({ atMs: clock.monotonicMs(), accepted });
      clock.after(random.next() * (accepted ? options.longestAnswerMs : 100), () => {
        scheduler.settle(lease, callAmounts(300, 200));
        if (options.listens) {
          const statusCode = accepted ? 200 : 429;
          const answer = { headers, statusCode, retryAfterMs: undefined, isRateLimited: !accepted };
          notes.push(feedback.note(lease, answer));
        }
        ask();
      });
    });
  };
  const ask = (): void => {
    const outcome = scheduler.acquire({
      options: [{ deployment: "model", pool, amounts: RESERVED, scopes: [] }],
      tenant: "default",
      level: 1,
      maxWaitMs: 3_600_000,
      deadlineMs: undefined,
      leaseDurationMs: 600_000,
    });
    const take = (answer: Lease | Refusal): void => {
      if (answer.kind === "lease") send(answer);
    };
    if (outcome.kind === "waiting") void outcome.answer.then(take);
    else take(outcome);
  };
  const intrude = (): void => {
    if (foreign === undefined || clock.monotonicMs() >= foreign.untilMs) return;
    provider.arrive(clock.monotonicMs(), RESERVED.totalTokens);
    clock.after(60_000 / foreign.perMinute, intrude);
  };
  if (foreign !== undefined) clock.after(foreign.fromMs, intrude);
  for (let caller = 0; caller < 200; caller++) ask();
  await runClock(clock, durationMs);
  const { leaked429, foreignUsage } = pool.counters;
  return { arrivals, notes, leaked429, foreignUsage };
}
