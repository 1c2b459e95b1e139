import { callAmounts } from "../../../src/core/limit.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { type Random, seededRandom } from "../../../src/core/random.ts";
import type { Refusal } from "../../../src/core/refusal.ts";
import type { Lease } from "../../../src/scheduler/lease.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import { PoolUsage } from "../../../src/tracker/pool-usage.ts";
import { Auditor } from "./auditor.ts";
import type { FakeProvider, ProviderCall } from "./provider-zoo.ts";
import { runClock } from "./run-clock.ts";

export interface Saturation {
  readonly rules: PoolRules;
  readonly provider: FakeProvider;
  readonly seed: number;
  readonly durationMs: number;
  /** Requests that come per second, evenly spread. */
  readonly arrivalsPerSecond: number;
  readonly maxWaitMs: number;
  /** Longest way to the provider; some calls take all of it and some none. */
  readonly jitterMs: number;
  readonly callMs: number;
  /** What calls ask for and use. */
  readonly makeCall: (random: Random) => ProviderCall;
  readonly tenants?: readonly string[];
}

/** One grant: its moment, and the tokens of its call. */
export interface Start {
  readonly atMs: number;
  readonly reserved: number;
  readonly used: number;
  readonly usedInput: number;
  readonly usedOutput: number;
}

/** What came of a run. */
export interface Outcome {
  readonly grants: number;
  readonly refused: number;
  /** Calls that the provider turned away, or found to be beyond a limit at their end. */
  readonly leaked429: number;
  /** Every grant, in order. */
  readonly starts: Start[];
  readonly requestsAudit: Auditor;
  readonly tokensAudit: Auditor;
}

/** Floods one pool on a virtual clock, sends every call that is granted to a provider, and keeps what that saw. */
export async function saturate(options: Saturation): Promise<Outcome> {
  const { rules, provider, jitterMs, callMs, maxWaitMs, durationMs } = options;
  const random = seededRandom(options.seed);
  const clock = new ManualClock({ wallMs: Date.UTC(2026, 5, 1) });
  const scheduler = new Scheduler({
    clock,
    agingMs: 30_000,
    maxQueue: 10_000,
    weightOf: () => 1,
    onExpired: () => {},
  });
  const pool = scheduler.addPool("pool", new PoolUsage(rules, 0, () => clock.wallMs()));
  const tenants = options.tenants ?? ["default"];
  const counts = { grants: 0, refused: 0, leaked429: 0 };
  const starts: Start[] = [];
  const requestsAudit = new Auditor();
  const tokensAudit = new Auditor();

  const send = (lease: Lease, call: ProviderCall): void => {
    counts.grants++;
    const used = call.inputTokens + call.usedOutputTokens;
    const { inputTokens: usedInput, usedOutputTokens: usedOutput } = call;
    starts.push({ atMs: lease.startMs, reserved: lease.totalTokens, used, usedInput, usedOutput });
    const dice = random.next();
    const onTheWayMs = dice < 0.1 ? 0 : dice > 0.9 ? jitterMs : random.next() * jitterMs;
    clock.after(onTheWayMs, () => {
      const arrivedMs = clock.monotonicMs();
      requestsAudit.note(arrivedMs, 1);
      tokensAudit.note(arrivedMs, used);
      if (!provider.arrive(arrivedMs, call)) {
        counts.leaked429++;
        scheduler.settle(lease, callAmounts(0, 0));
        return;
      }
      clock.after(callMs * (0.5 + random.next() / 2), () => {
        if (!provider.finish(clock.monotonicMs(), call)) counts.leaked429++;
        scheduler.settle(lease, callAmounts(call.inputTokens, call.usedOutputTokens));
      });
    });
  };
  const gapMs = 1000 / options.arrivalsPerSecond;
  const arrive = (): void => {
    const call = options.makeCall(random);
    const option = {
      deployment: "model",
      pool,
      amounts: callAmounts(call.inputTokens, call.reservedOutputTokens),
      scopes: [],
    };
    const tenant = tenants[Math.floor(random.next() * tenants.length)]!;
    const answer = scheduler.acquire({
      options: [option],
      tenant,
      level: 1,
      maxWaitMs,
      deadlineMs: undefined,
      leaseDurationMs: 600_000,
    });
    const take = (outcome: Lease | Refusal): void => {
      if (outcome.kind === "lease") send(outcome, call);
      else counts.refused++;
    };
    if (answer.kind === "waiting") void answer.answer.then(take);
    else take(answer);
    clock.after(gapMs, arrive);
  };
  arrive();
  await runClock(clock, durationMs);
  return { ...counts, starts, requestsAudit, tokensAudit };
}
