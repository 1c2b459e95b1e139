import type { Config } from "../config/config.ts";
import { causesIn } from "../core/cause-set.ts";
import { callAmounts, type WaitCause } from "../core/limit.ts";
import type { ManualClock } from "../core/manual-clock.ts";
import { levelOf } from "../core/priority.ts";
import type { Refusal } from "../core/refusal.ts";
import { costOf } from "../cost/price/cost-of.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { StartOption } from "../scheduler/place.ts";
import type { PoolDirectory } from "../scheduler/pool-directory.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import { fullScopes } from "../scheduler/scope.ts";
import type { TenantQuotas } from "../scheduler/tenant-quotas.ts";
import { type Arrival, arrivalsOf } from "./arrivals.ts";
import type { RunRecorder } from "./run-recorder.ts";
import type { Target } from "./target.ts";
import { callDurationMs, type Stream, type Workload } from "./workload/workload.ts";

interface SimulatedOption extends StartOption {
  readonly target: Target;
  /** What kept the request from starting here when it arrived. */
  readonly causes: readonly WaitCause[];
}

export interface StreamRunOptions {
  readonly clock: ManualClock;
  readonly config: Config;
  readonly scheduler: Scheduler;
  readonly pools: PoolDirectory;
  readonly estimator: TokenEstimator;
  readonly prices: PriceBook;
  readonly recorder: RunRecorder;
  readonly quotas: TenantQuotas;
  readonly workload: Workload;
  readonly stream: Stream;
  readonly targets: readonly Target[];
}

/** Plays the callers of one stream: each asks for a start, calls for a while, and settles with what it used. */
export class StreamRun {
  readonly #options: StreamRunOptions;
  readonly #arrivals: Generator<Arrival>;
  #isExhausted = false;
  /** Requests that wait or run. */
  #openCount = 0;

  constructor(options: StreamRunOptions) {
    this.#options = options;
    this.#arrivals = arrivalsOf(options.workload, options.stream);
  }

  /** Whether all requests have arrived and ended. */
  get isOver(): boolean {
    return this.#isExhausted && this.#openCount === 0;
  }

  /** Lets the first request come when its time is there, and each after the one before. */
  begin(): void {
    const next = this.#arrivals.next();
    if (next.done === true) {
      this.#isExhausted = true;
      return;
    }
    const { clock } = this.#options;
    clock.after(next.value.atMs - clock.monotonicMs(), () => {
      this.#arrive(next.value);
      this.begin();
    });
  }

  #arrive(arrival: Arrival): void {
    const { clock, config, recorder, scheduler, stream, targets } = this.#options;
    this.#openCount++;
    const options = targets.map((target) => this.#optionOf(target, arrival));
    const nowMs = clock.monotonicMs();
    const [first] = options;
    recorder.noteArrival(first!.pool, nowMs);
    if (fullScopes(first!.scopes, nowMs, first!.amounts).length > 0) recorder.noteTenantFull(arrival.tenant);
    const answer = scheduler.acquire({
      options,
      tenant: arrival.tenant,
      level: levelOf(arrival.priority),
      maxWaitMs: stream.maxWaitMs ?? config.scheduler.maxWaitMs,
      deadlineMs: undefined,
      // A caller renews its slot for as long as its call runs.
      leaseDurationMs: Math.max(
        config.scheduler.leaseDurationMs,
        callDurationMs(stream.latency, arrival.outputTokens) + 1,
      ),
    });
    if (answer.kind === "waiting") answer.answer.then((later) => this.#goOn(arrival, options, later));
    else this.#goOn(arrival, options, answer);
  }

  #optionOf(target: Target, { inputTokens, tenant }: Arrival): SimulatedOption {
    const { clock, config, estimator, pools, quotas, stream } = this.#options;
    const { model, deployment } = target;
    const asked = stream.maxOutputTokens ?? config.defaults.maxOutputTokens;
    const outputTokens =
      asked === undefined
        ? estimator.outputReservation(model, { tenant, taskType: stream.name }).outputTokens
        : Math.min(asked, model.maxOutputTokens ?? asked);
    const pool = pools.of(deployment);
    const amounts = callAmounts(inputTokens, outputTokens);
    const causes = causesIn(pool.usage.causes(clock.monotonicMs(), amounts));
    const scopes = quotas.of(tenant);
    return { deployment: deployment.id, pool, amounts, scopes, target, causes };
  }

  #goOn(arrival: Arrival, options: readonly SimulatedOption[], answer: Lease | Refusal): void {
    const { clock, recorder } = this.#options;
    const nowMs = clock.monotonicMs();
    const isRefused = answer.kind === "refused";
    for (const { pool, causes } of options) {
      // Spacing parts two requests that come together also when there is room for both.
      recorder.noteHeldBack(pool, isRefused ? causes : causes.filter((cause) => cause !== "spacing"));
    }
    if (isRefused) {
      this.#openCount--;
      const { target, pool } = options[0]!;
      recorder.noteRefusal({ arrival, reason: answer.reason, model: target.model.id, pool, nowMs });
      return;
    }
    const { target } = options.find(({ deployment }) => deployment === answer.deployment)!;
    recorder.noteStart({ arrival, lease: answer, model: target.model.id, nowMs });
    const outputTokens = this.#outputOf(arrival, answer, target);
    clock.after(callDurationMs(this.#options.stream.latency, outputTokens), () => {
      this.#settle(arrival, answer, target, outputTokens);
    });
  }

  /** What the answer takes: cut at what was asked for, or at what the model can write. */
  #outputOf({ outputTokens }: Arrival, lease: Lease, { model }: Target): number {
    const { config, stream } = this.#options;
    const asked = stream.maxOutputTokens ?? config.defaults.maxOutputTokens;
    const most = asked === undefined ? model.maxOutputTokens : lease.outputTokens;
    return Math.min(outputTokens, most ?? outputTokens);
  }

  #settle(arrival: Arrival, lease: Lease, target: Target, outputTokens: number): void {
    const { clock, estimator, prices, recorder, scheduler, stream } = this.#options;
    const { model, deployment } = target;
    const usage = { inputTokens: arrival.inputTokens, outputTokens };
    scheduler.settle(lease, callAmounts(usage.inputTokens, usage.outputTokens));
    if (outputTokens === arrival.outputTokens) {
      estimator.observe(model, { tenant: arrival.tenant, taskType: stream.name }, undefined, usage);
    }
    const price = prices.forModel({
      id: deployment.id,
      providerType: deployment.providerType,
      baseUrl: deployment.connection.baseUrl,
      upstreamModel: deployment.upstreamModel,
      price: model.price,
    });
    const startWallMs = clock.wallMs() - (clock.monotonicMs() - lease.startMs);
    const cost = price === undefined ? undefined : costOf(price, usage, startWallMs);
    recorder.noteUsage({ arrival, model: model.id, ...usage, costNanoUsd: cost?.totalNanoUsd });
    this.#openCount--;
  }
}
