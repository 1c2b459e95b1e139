import type { Limit } from "../../../src/core/limit.ts";
import { type Random, seededRandom } from "../../../src/core/random.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import {
  type Counting,
  type MeterKind,
  makeProvider,
  type ProviderCall,
  type ProviderLimit,
} from "./provider-zoo.ts";
import { poolRules } from "./rules.ts";
import { type Outcome, saturate } from "./saturate.ts";

/** A provider that conforms to what is declared. */
export interface ZooCase {
  readonly name: string;
  readonly kind: MeterKind;
  readonly counting: Counting;
  readonly limits: readonly ProviderLimit[];
  readonly rules: PoolRules;
  readonly guardMs: number;
  readonly rpm: number;
  readonly callMs: number;
}

const START: Counting = { at: "start", refunds: true };
const METRIC = {
  requests: "requests",
  tokens: "tokens",
  input: "input_tokens",
  output: "output_tokens",
} as const;

function declared(limits: readonly ProviderLimit[]): Limit[] {
  return limits.map(({ counts, windowMs, amount }) => ({ metric: METRIC[counts], windowMs, amount }));
}

/**
 * The zoo at a scale of time and of size: `minuteMs` stands for a minute, the guard is a sixtieth of it, and `rpm`
 * requests are taken in it. A short minute and a small one pack many windows into a run.
 */
export function zooCases(minuteMs: number, rpm: number): ZooCase[] {
  const guardMs = minuteMs / 60;
  const requests: ProviderLimit = { counts: "requests", windowMs: minuteMs, amount: rpm };
  const tokens: ProviderLimit = { counts: "tokens", windowMs: minuteMs, amount: rpm * 150 };
  const input: ProviderLimit = { counts: "input", windowMs: minuteMs, amount: rpm * 50 };
  const output: ProviderLimit = { counts: "output", windowMs: minuteMs, amount: rpm * 100 };
  const second: ProviderLimit = {
    counts: "requests",
    windowMs: minuteMs / 60,
    amount: Math.max(3, rpm / 60),
  };
  const tenSeconds: ProviderLimit = { counts: "requests", windowMs: minuteMs / 6, amount: rpm / 6 };
  const make = (
    name: string,
    kind: MeterKind,
    limits: readonly ProviderLimit[],
    counting: Counting,
    changes: Partial<PoolRules> = {},
  ): ZooCase => {
    const refund = counting.refunds ? ("full" as const) : ("none" as const);
    const rules = poolRules(declared(limits), { guardMs, chargeAt: counting.at, refund, ...changes });
    return { name, kind, counting, limits, rules, guardMs, rpm, callMs: minuteMs / 300 };
  };
  return [
    make("sliding window of requests", "sliding", [requests], START),
    make("sliding window of tokens", "sliding", [tokens], START, { spacing: "none" }),
    make("fixed minute of random phase", "fixed", [requests, tokens], START),
    make("token bucket", "bucket", [requests, tokens], START),
    make("bucket with bursts of ten", "bucket", [requests, tokens], START, { spacing: { burst: 10 } }),
    make("quantised to a second", "sliding", [requests, second], START, { spacing: "none" }),
    make("quantised to ten seconds", "fixed", [requests, tenSeconds], START, { spacing: "none" }),
    make("tokens counted at the end", "sliding", [tokens], { at: "end", refunds: true }),
    make("input at the start, output at the end", "sliding", [input, output], { at: "split", refunds: true }),
    make("no refund", "fixed", [requests, tokens], { at: "start", refunds: false }),
  ];
}

/** A call of 20 to 120 tokens of input that may write 20 to 220. */
function makeCall(random: Random): ProviderCall {
  const reservedOutputTokens = 20 + Math.floor(random.next() * 200);
  const inputTokens = 20 + Math.floor(random.next() * 100);
  return {
    inputTokens,
    reservedOutputTokens,
    usedOutputTokens: Math.floor(random.next() * reservedOutputTokens),
  };
}

/** Floods the provider of a case for `windows` of its windows, with `overload` times the requests that it takes. */
export function runZooCase(
  zooCase: ZooCase,
  seed: number,
  windows: number,
  overload: number,
): Promise<Outcome> {
  const { kind, limits, counting, rules, guardMs, callMs, rpm } = zooCase;
  const minuteMs = guardMs * 60;
  return saturate({
    rules,
    provider: makeProvider(kind, limits, counting, seededRandom(seed)),
    seed,
    durationMs: windows * (minuteMs + guardMs),
    arrivalsPerSecond: (overload * rpm * 1000) / minuteMs,
    maxWaitMs: minuteMs / 60,
    jitterMs: guardMs,
    callMs,
    makeCall,
  });
}

/**
 * The part of `cap · W / (W + D)` that the tightest limit was used to, from the second window on. Where a provider
 * counts at the end, a call holds its tokens while it runs as well.
 */
export function utilization(zooCase: ZooCase, outcome: Outcome, windows: number): number {
  const { limits, guardMs, counting, callMs } = zooCase;
  let best = 0;
  for (const limit of limits) {
    const heldMs = limit.windowMs + guardMs + (counting.at === "start" ? 0 : callMs * 0.75 + guardMs / 2);
    const fromMs = guardMs * 61;
    const untilMs = fromMs * windows;
    let used = 0;
    for (const start of outcome.starts) {
      if (start.atMs < fromMs || start.atMs >= untilMs) continue;
      if (limit.counts === "requests") used++;
      else if (limit.counts === "tokens") used += counting.refunds ? start.used : start.reserved;
      else used += limit.counts === "input" ? start.usedInput : start.usedOutput;
    }
    best = Math.max(best, used / (((limit.amount - 2) * (untilMs - fromMs)) / heldMs));
  }
  return best;
}
