import { trace } from "@opentelemetry/api";
import type { Model } from "../catalog/catalog.ts";
import type { BudgetsConfig, SchedulerConfig } from "../config/config.ts";
import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { type Amounts, callAmounts, callAmountsOfTotal } from "../core/limit.ts";
import { levelOf } from "../core/priority.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { Waiting } from "../core/waiting.ts";
import type { BudgetBook } from "../cost/budget/budget-book.ts";
import type { LedgerEntry, LedgerSink } from "../cost/ledger.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { PoolDirectory } from "../scheduler/pool-directory.ts";
import type { RateFeedback } from "../scheduler/rate-feedback.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Scope } from "../scheduler/scope.ts";
import type { SlotGrant, SlotRelease, SlotRenewal } from "../scheduler/slot-grant.ts";
import type { SlotRequest } from "../scheduler/slot-request.ts";
import type { SlotCharge, SlotSettlement } from "../scheduler/slot-settlement.ts";
import type { QueuedAt, StartRequest } from "../scheduler/waiter.ts";
import { amountsUsed, priceOf, wallTimeOf } from "./accounting.ts";
import { CallBudget, withCost } from "./call-budget.ts";
import type { QueuePlace } from "./complete-event.ts";
import { correctCharge } from "./correct-charge.ts";
import type { Deployments } from "./deployments.ts";
import { type EndedSlot, EndedSlots, isAlike } from "./ended-slots.ts";
import { settledCharge, worstCharge } from "./slot-charge.ts";
import { slotEntry } from "./slot-entry.ts";
import { memoFromJson, memoToJson, type SlotMemo } from "./slot-memo.ts";
import { acquireFitting, type SlotOption } from "./slot-option.ts";
import { refuseEnded, refuseUnavailable, refuseUnknown } from "./slot-refusals.ts";
import { traceSlot, traceSlotAgain } from "./slot-span.ts";

export interface SlotServiceOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly feedback: RateFeedback;
  readonly pools: PoolDirectory;
  readonly deployments: Deployments;
  readonly estimator: TokenEstimator;
  readonly prices: PriceBook;
  readonly ledger: LedgerSink;
  /** Undefined: nothing has a budget. */
  readonly budgets: BudgetBook | undefined;
  /** Why no new work is taken. Undefined: it is. */
  readonly refuseNew: () => Refusal | undefined;
  readonly config: SchedulerConfig;
  /** What becomes of a request whose first model is over budget. */
  readonly onExceed: BudgetsConfig["onExceed"];
  readonly scopesOf: (tenant: string) => readonly Scope[];
}

/** A slot that is open or has expired, and what is known of it. */
interface FoundSlot {
  readonly kind: "found";
  readonly lease: Lease;
  readonly memo: SlotMemo;
}

/** Slots for callers that call the provider themselves: reserve, then call, then settle. */
export class SlotService {
  readonly #options: SlotServiceOptions;
  readonly #ended = new EndedSlots();

  constructor(options: SlotServiceOptions) {
    this.#options = options;
  }

  acquire(
    request: SlotRequest,
    call: Call,
    onQueued?: (queued: QueuePlace) => void,
  ): SlotGrant | Refusal | Waiting<SlotGrant | Refusal> {
    const refusal = this.#options.refuseNew();
    if (refusal !== undefined) return refusal;
    const options = this.#optionsFor(request, call);
    if ("kind" in options) return options;
    const { budgets, config, onExceed, scheduler } = this.#options;
    const leaseDurationMs = request.leaseDurationMs ?? config.leaseDurationMs;
    const asked: StartRequest = {
      options,
      tenant: call.caller.tenant,
      level: levelOf(request.priority),
      maxWaitMs: request.maxWaitMs ?? config.maxWaitMs,
      deadlineMs: call.deadlineMs,
      leaseDurationMs,
      memo: memoToJson(request, options[0]!.deployment, leaseDurationMs),
      ...(onQueued !== undefined && { onQueued: (queued) => onQueued(placeOf(queued, options)) }),
    };
    const outcome =
      budgets === undefined ? scheduler.acquire(asked) : acquireFitting(scheduler, asked, options, onExceed);
    const answer = (result: Lease | Refusal): SlotGrant | Refusal => {
      if (result.kind === "refused") return result;
      const option = options.find(({ deployment }) => deployment === result.deployment)!;
      result.ownerState = {
        kind: "slot",
        // Not the request itself: what else is in it would be kept as long as the slot is open.
        request: { tags: request.tags, requestId: request.requestId, inputTokens: request.inputTokens },
        taskType: "",
        tenant: call.caller.tenant,
        model: option.model,
        deployment: option.of,
        price: option.price,
        isFallback: option !== options[0],
        leaseDurationMs,
        acquiredIn: trace.getActiveSpan()?.spanContext(),
      } satisfies SlotMemo;
      traceSlot({ slotId: result.id, deployment: option.deployment });
      return this.#grantOf(result, option);
    };
    if (outcome.kind !== "waiting") return answer(outcome);
    return { kind: "waiting", answer: outcome.answer.then(answer), leave: () => outcome.leave() };
  }

  settle(settlement: SlotSettlement, call: Call): SlotCharge | Refusal {
    const { slotId, outcome, usage } = settlement;
    const found = this.#find(slotId, call);
    if (found.kind === "refused") return found;
    if (found.kind === "ended") {
      const { state, settled } = found.slot;
      return settled && isAlike(settled, settlement) ? settled.charge : refuseEnded(slotId, state);
    }
    const { lease, memo } = found;
    if (lease.state === "released") return refuseEnded(slotId, lease.state);
    const { clock, estimator, feedback, ledger, scheduler } = this.#options;
    const charge = settledCharge(usage, lease, memo, this.#options);
    this.#ended.add(slotId, memo, { outcome, usage, charge }, clock.monotonicMs());
    // It was settled before a restart, and is in the ledger.
    if (lease.state === "settled") return charge;
    const corrects = lease.state === "expired";
    const charged = corrects ? correctCharge(worstCharge(lease, memo, this.#options), charge) : charge;
    const row = slotEntry({ clock, lease, memo, charge: charged, settlement, corrects });
    const used = amountsUsed(usage, lease);
    const isScoped = lease.scopes.length > 0;
    scheduler.settle(lease, isScoped ? withCost(used, charge.cost?.totalNanoUsd) : used, row);
    ledger.record(row);
    feedback.note(lease, {
      headers: settlement.providerHeaders,
      statusCode: settlement.providerStatusCode,
      retryAfterMs: settlement.retryAfterMs,
      isRateLimited: outcome === "rate_limited",
    });
    if (usage !== undefined && outcome === "succeeded") {
      estimator.observe(memo.model, { tenant: memo.tenant, taskType: "" }, undefined, usage);
    }
    return charge;
  }

  release(slotId: string, call: Call): SlotRelease | Refusal {
    const found = this.#find(slotId, call);
    if (found.kind === "refused") return found;
    const { state } = found.kind === "ended" ? found.slot : found.lease;
    if (state === "released") return { kind: "released" };
    if (found.kind === "ended" || state !== "granted") return refuseEnded(slotId, state);
    const { lease, memo } = found;
    const { clock, config, scheduler } = this.#options;
    const nowMs = clock.monotonicMs();
    // The caller's way to say that the grant came too late to be used.
    if (nowMs - lease.startMs > config.guardMs) lease.pool.counters.useByMissed++;
    scheduler.release(lease);
    this.#ended.add(slotId, memo, undefined, nowMs);
    return { kind: "released" };
  }

  renew(slotId: string, leaseDurationMs: number | undefined, call: Call): SlotRenewal | Refusal {
    const found = this.#find(slotId, call);
    if (found.kind === "refused") return found;
    if (found.kind === "ended") return refuseEnded(slotId, found.slot.state);
    const { lease, memo } = found;
    if (lease.state !== "granted") return refuseEnded(slotId, lease.state);
    const { clock, scheduler } = this.#options;
    const durationMs = leaseDurationMs ?? memo.leaseDurationMs;
    if (clock.monotonicMs() + durationMs > lease.expireMs) scheduler.renew(lease, durationMs);
    return { kind: "renewed", expireWallMs: wallTimeOf(clock, lease.expireMs) };
  }

  /** The ledger's row of a slot of which nothing was heard in time: what was reserved is taken as used. */
  expiredRow(lease: Lease): LedgerEntry | undefined {
    const memo = this.#memoOf(lease);
    if (memo === undefined) return undefined;
    const charge = worstCharge(lease, memo, this.#options);
    return slotEntry({ clock: this.#options.clock, lease, memo, charge });
  }

  #optionsFor(request: SlotRequest, call: Call): SlotOption[] | Refusal {
    const { budgets, clock, deployments, pools, prices, scopesOf } = this.#options;
    const { defaultModel } = deployments.catalog;
    const names =
      request.models.length > 0 ? request.models : defaultModel === undefined ? [] : [defaultModel];
    if (names.length === 0) return refuse("INVALID_REQUEST", "name a model: there is no default model");
    const { tenant } = call.caller;
    const scopes = scopesOf(tenant);
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
        const price = priceOf(prices, found.model, deployment);
        const budget =
          budgets &&
          new CallBudget(budgets, clock, {
            series: { tenant, provider: deployment.provider, model: found.model.id, tags: request.tags },
            price,
            amounts,
          });
        options.push({
          deployment: deployment.id,
          pool,
          amounts,
          scopes: budget === undefined ? scopes : budget.scopes(scopes),
          model: found.model,
          of: deployment,
          price,
          budget,
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
      waitedMs: lease.wait.waitedMs,
      startWithinMs: config.guardMs,
      expireWallMs: wallTimeOf(clock, lease.expireMs),
      waitCauses: lease.wait.causes,
    };
  }

  /** What is known of a slot, also of one that was granted before a restart. */
  #memoOf(lease: Lease): SlotMemo | undefined {
    const { deployments, prices } = this.#options;
    lease.ownerState ??= memoFromJson(lease, deployments.catalog, prices);
    return lease.ownerState as SlotMemo | undefined;
  }

  /** A slot of the same tenant; others cannot even learn that it exists. */
  #find(
    slotId: string,
    { caller }: Call,
  ): FoundSlot | { readonly kind: "ended"; readonly slot: EndedSlot } | Refusal {
    const lease = this.#options.scheduler.find(slotId);
    const isOver = lease === undefined || lease.state === "settled";
    const slot = isOver ? this.#ended.find(slotId) : undefined;
    if (slot?.tenant === caller.tenant) {
      traceSlotAgain({ slotId, deployment: slot.deployment }, slot.acquiredIn);
      return { kind: "ended", slot };
    }
    const memo = lease && this.#memoOf(lease);
    if (memo?.kind === "slot" && memo.tenant === caller.tenant) {
      traceSlotAgain({ slotId, deployment: memo.deployment.id }, memo.acquiredIn);
      return { kind: "found", lease: lease!, memo };
    }
    return refuseUnknown(slotId);
  }
}

function placeOf(queued: QueuedAt, options: readonly SlotOption[]): QueuePlace {
  const option = options.find(({ deployment }) => deployment === queued.deployment)!;
  return { ...queued, model: option.model.id };
}
