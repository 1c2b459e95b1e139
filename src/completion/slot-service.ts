import { isDeepStrictEqual } from "node:util";
import type { Deployment, Model } from "../catalog/catalog.ts";
import type { SchedulerConfig } from "../config/config.ts";
import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { type Amounts, callAmounts, callAmountsOfTotal } from "../core/limit.ts";
import { levelOf } from "../core/priority.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { LedgerSink } from "../cost/ledger.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { StartOption } from "../scheduler/place.ts";
import type { PoolDirectory } from "../scheduler/pool-directory.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Scope } from "../scheduler/scope.ts";
import type { SlotGrant, SlotRelease, SlotRenewal } from "../scheduler/slot-grant.ts";
import type { SlotRequest } from "../scheduler/slot-request.ts";
import type { SlotCharge, SlotSettlement } from "../scheduler/slot-settlement.ts";
import type { QueuedAt } from "../scheduler/waiter.ts";
import { amountsUsed, costOfUsage, priceOf, wallTimeOf } from "./accounting.ts";
import type { QueuePlace } from "./complete-event.ts";
import type { Deployments } from "./deployments.ts";
import { applyFeedback } from "./feedback.ts";
import { slotEntry } from "./slot-entry.ts";

/** What the service must remember of a slot until it is settled. */
export interface SlotMemo {
  readonly request: SlotRequest;
  readonly tenant: string;
  readonly model: Model;
  readonly deployment: Deployment;
  readonly isFallback: boolean;
  readonly leaseDurationMs: number;
  /** How it was settled, and the answer to that; the same again gets the same answer. */
  settled?: { readonly settlement: SlotSettlement; readonly charge: SlotCharge };
}

interface SlotOption extends StartOption {
  readonly model: Model;
  readonly of: Deployment;
}

export interface SlotServiceOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly pools: PoolDirectory;
  readonly deployments: Deployments;
  readonly estimator: TokenEstimator;
  readonly prices: PriceBook;
  readonly ledger: LedgerSink;
  readonly config: SchedulerConfig;
  readonly scopesOf: (tenant: string) => readonly Scope[];
}

/** Slots for callers that call the provider themselves: reserve, then call, then settle. */
export class SlotService {
  readonly #options: SlotServiceOptions;
  readonly #memos = new WeakMap<Lease, SlotMemo>();

  constructor(options: SlotServiceOptions) {
    this.#options = options;
  }

  acquire(
    request: SlotRequest,
    call: Call,
    onQueued?: (queued: QueuePlace) => void,
  ): Promise<SlotGrant | Refusal> | SlotGrant | Refusal {
    const options = this.#optionsFor(request, call);
    if ("kind" in options) return options;
    const { config, scheduler } = this.#options;
    const leaseDurationMs = request.leaseDurationMs ?? config.leaseDurationMs;
    const outcome = scheduler.acquire({
      options,
      tenant: call.caller.tenant,
      level: levelOf(request.priority),
      maxWaitMs: request.maxWaitMs ?? config.maxWaitMs,
      deadlineMs: call.deadlineMs,
      leaseDurationMs,
      get signal() {
        return call.signal;
      },
      ...(onQueued !== undefined && { onQueued: (queued) => onQueued(placeOf(queued, options)) }),
    });
    const answer = (result: Lease | Refusal): SlotGrant | Refusal => {
      if (result.kind === "refused") return result;
      const option = result.option as SlotOption;
      this.#memos.set(result, {
        request,
        tenant: call.caller.tenant,
        model: option.model,
        deployment: option.of,
        isFallback: option !== options[0],
        leaseDurationMs,
      });
      return this.#grantOf(result, option);
    };
    return outcome instanceof Promise ? outcome.then(answer) : answer(outcome);
  }

  settle(settlement: SlotSettlement, call: Call): SlotCharge | Refusal {
    const found = this.#find(settlement.slotId, call);
    if (found.kind === "refused") return found;
    const { lease, memo } = found;
    if (memo.settled !== undefined) {
      return isAlike(memo.settled.settlement, settlement) ? memo.settled.charge : refuseEnded(lease);
    }
    if (lease.state === "released") return refuseEnded(lease);
    const { clock, estimator, ledger, prices, scheduler } = this.#options;
    const usage = settlement.usage ?? { ...reservedUsage(memo, lease), estimated: true };
    const price = priceOf(prices, memo.model, memo.deployment);
    const startWallMs = wallTimeOf(clock, lease.startMs);
    const charge: SlotCharge = { kind: "settled", cost: costOfUsage(price, usage, startWallMs), usage };
    const wasExpired = lease.state === "expired";
    scheduler.settle(lease, amountsUsed(settlement.usage, lease));
    memo.settled = { settlement, charge };
    applyFeedback(scheduler, clock, lease, {
      headers: settlement.providerHeaders,
      statusCode: settlement.providerStatusCode,
      retryAfterMs: settlement.retryAfterMs,
      isRateLimited: settlement.outcome === "rate_limited",
    });
    if (settlement.usage !== undefined && settlement.outcome === "succeeded") {
      estimator.observe(memo.model, { tenant: memo.tenant, taskType: "" }, undefined, settlement.usage);
    }
    ledger.record(slotEntry({ clock, lease, memo, charge, settlement, corrects: wasExpired }));
    return charge;
  }

  release(slotId: string, call: Call): SlotRelease | Refusal {
    const found = this.#find(slotId, call);
    if (found.kind === "refused") return found;
    const { lease } = found;
    if (lease.state === "released") return { kind: "released" };
    if (lease.state !== "granted") return refuseEnded(lease);
    this.#options.scheduler.release(lease);
    return { kind: "released" };
  }

  renew(slotId: string, leaseDurationMs: number | undefined, call: Call): SlotRenewal | Refusal {
    const found = this.#find(slotId, call);
    if (found.kind === "refused") return found;
    const { lease, memo } = found;
    if (lease.state !== "granted") return refuseEnded(lease);
    const { clock, scheduler } = this.#options;
    const durationMs = leaseDurationMs ?? memo.leaseDurationMs;
    if (clock.monotonicMs() + durationMs > lease.expireMs) scheduler.renew(lease, durationMs);
    return { kind: "renewed", expireWallMs: wallTimeOf(clock, lease.expireMs) };
  }

  /** Accounts a slot of which nothing was heard in time: what was reserved is taken as used. */
  recordExpired(lease: Lease): void {
    const memo = this.#memos.get(lease);
    if (memo === undefined) return;
    const { clock, ledger, prices } = this.#options;
    const usage = { ...reservedUsage(memo, lease), estimated: true };
    const price = priceOf(prices, memo.model, memo.deployment);
    const cost = costOfUsage(price, usage, wallTimeOf(clock, lease.startMs));
    ledger.record(slotEntry({ clock, lease, memo, charge: { kind: "settled", cost, usage } }));
  }

  #optionsFor(request: SlotRequest, call: Call): SlotOption[] | Refusal {
    const { deployments, pools, scopesOf } = this.#options;
    const { defaultModel } = deployments.catalog;
    const names =
      request.models.length > 0 ? request.models : defaultModel === undefined ? [] : [defaultModel];
    if (names.length === 0) return refuse("INVALID_REQUEST", "name a model: there is no default model");
    const scopes = scopesOf(call.caller.tenant);
    const options: SlotOption[] = [];
    let refusal: Refusal | undefined;
    for (const name of names) {
      const found = deployments.find(name, call.caller);
      if (found.kind === "refused") return found;
      for (const deployment of found.deployments) {
        if (!deployment.enabled || !deployment.offered) {
          refusal ??= refuseUnavailable(deployment);
          continue;
        }
        const amounts = this.#amountsFor(request, found.model, call);
        const pool = pools.of(deployment);
        options.push({
          deployment: deployment.id,
          pool,
          amounts,
          scopes,
          model: found.model,
          of: deployment,
        });
      }
    }
    return options.length > 0 ? options : refusal!;
  }

  #amountsFor(request: SlotRequest, model: Model, call: Call): Amounts {
    const { inputTokens, outputTokens, totalTokens } = request;
    if (inputTokens === undefined) return callAmountsOfTotal(totalTokens ?? 0);
    if (outputTokens !== undefined) {
      const amounts = callAmounts(inputTokens, outputTokens);
      return totalTokens === undefined ? amounts : { ...amounts, totalTokens };
    }
    const key = { tenant: call.caller.tenant, taskType: "" };
    return callAmounts(inputTokens, this.#options.estimator.outputReservation(model, key).outputTokens);
  }

  #grantOf(lease: Lease, option: SlotOption): SlotGrant {
    const { clock, config } = this.#options;
    return {
      kind: "granted",
      slotId: lease.id,
      model: option.model.id,
      deployment: option.deployment,
      reservedTokens: lease.totalTokens,
      waitedMs: lease.waitedMs,
      startWithinMs: config.guardMs,
      expireWallMs: wallTimeOf(clock, lease.expireMs),
      waitCauses: lease.waitCauses,
    };
  }

  /** A slot of the same tenant; others cannot even learn that it exists. */
  #find(slotId: string, call: Call): { kind: "found"; lease: Lease; memo: SlotMemo } | Refusal {
    const lease = this.#options.scheduler.find(slotId);
    const memo = lease === undefined ? undefined : this.#memos.get(lease);
    if (lease !== undefined && memo !== undefined && memo.tenant === call.caller.tenant) {
      return { kind: "found", lease, memo };
    }
    return refuse(
      "SLOT_NOT_FOUND",
      "there is no such slot; it may have been granted by another server, or ended more than an hour ago",
      { metadata: { slot_id: slotId.slice(0, 64) } },
    );
  }
}

/** Whether two settlements charge the same. */
function isAlike(left: SlotSettlement, right: SlotSettlement): boolean {
  return left.outcome === right.outcome && isDeepStrictEqual(left.usage, right.usage);
}

function placeOf(queued: QueuedAt, options: readonly SlotOption[]): QueuePlace {
  const option = options.find(({ deployment }) => deployment === queued.deployment)!;
  return { ...queued, model: option.model.id };
}

/** All that was reserved, as usage. */
function reservedUsage(
  memo: SlotMemo,
  lease: Lease,
): { inputTokens?: number; outputTokens?: number; totalTokens: number } {
  if (memo.request.inputTokens === undefined) return { totalTokens: lease.totalTokens };
  return { inputTokens: lease.inputTokens, outputTokens: lease.outputTokens, totalTokens: lease.totalTokens };
}

function refuseEnded(lease: Lease): Refusal {
  return refuse("SLOT_NOT_ACTIVE", `the slot is ${lease.state} already; acquire another for another call`, {
    metadata: { slot_id: lease.id, state: lease.state },
  });
}

function refuseUnavailable(deployment: Deployment): Refusal {
  return refuse("PROVIDER_NOT_CONFIGURED", `${deployment.id}: ${deployment.reason ?? "it is switched off"}`, {
    metadata: { model: deployment.model },
  });
}
