import type { Clock } from "../core/clock.ts";
import type { Amounts } from "../core/limit.ts";
import type { JournalState } from "../tracker/journal.ts";
import { lossBound, mostLost } from "../tracker/loss-bound.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import { type ReplayedAccount, type ReplayedCharge, replayAccounts } from "../tracker/replay-journal.ts";
import { type ChargedScope, Lease } from "./lease.ts";
import type { StartOption } from "./place.ts";
import type { PoolQueue } from "./pool-queue.ts";
import { quotaCharge } from "./quota.ts";
import { type ReplayedSlot, replaySlots } from "./replay-slots.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Scope, ScopeCharge } from "./scope.ts";
import type { SlotRecorder } from "./slot-recorder.ts";

export interface RestoreOptions {
  readonly state: JournalState;
  readonly scheduler: Scheduler;
  readonly recorder: SlotRecorder;
  readonly clock: Clock;
  /** A pool by its id, made if need be; undefined when the configuration has none of that name any more. */
  readonly poolOf: (id: string) => PoolQueue | undefined;
  /** All pools that may have lost something in a crash. */
  readonly pools: Iterable<PoolQueue>;
  /** A tenant's quota and the like by the id of its account; undefined when there is none. */
  readonly scopeOf: (account: string) => Scope | undefined;
  /** The budgets of a slot. Undefined: it has none. */
  readonly budgetOf: (slot: ReplayedSlot) => ReopenableScope | undefined;
}

/** A scope that may take over what an earlier process has charged to it. */
export interface ReopenableScope extends Scope {
  /** Takes over the charge of a slot that had expired at this wall time, as it was counted then. */
  resumeExpired(expiredWallMs: number): ScopeCharge;
}

/** What came back; for the log. */
export interface RestoreReport {
  /** The process before ended in order. */
  readonly isClean: boolean;
  /** Slots that are open as before. */
  readonly openSlots: number;
  /** Slots of pools that are not there any more. */
  readonly droppedSlots: number;
  /** Pools and quotas that go on counting. */
  readonly accounts: number;
}

/**
 * Puts a scheduler that has granted nothing yet where the process before left it, and lets the journal go on from there.
 * After a crash every pool is charged with the most that can have been granted and not kept.
 */
export function restoreScheduler(options: RestoreOptions): RestoreReport {
  const { state, scheduler, recorder, clock, poolOf, scopeOf } = options;
  const usageOf = (id: string): PoolUsage | undefined => poolOf(id)?.usage ?? scopeOf(id)?.account?.usage;
  const accounts = replayAccounts(state, usageOf);
  const slots = replaySlots(state);
  if (!state.isClean) fillLost(options, accounts);
  const expired: Lease[] = [];
  let droppedSlots = 0;
  for (const slot of slots.values()) {
    const lease = restoreLease(slot, options, accounts);
    if (lease === undefined) {
      droppedSlots++;
      continue;
    }
    scheduler.takeOver(lease);
    if (lease.state === "expired") expired.push(lease);
  }
  const openSlots = scheduler.openLeases;
  for (const { id, usage } of options.pools)
    if (!accounts.has(id)) accounts.set(id, { usage, charges: NONE });
  recorder.begin(
    [...accounts].map(([id, { usage }]) => [id, usage] as const),
    expired,
  );
  for (const { id } of options.pools) poolOf(id)?.noteRoom(clock.monotonicMs());
  return { isClean: state.isClean, openSlots, droppedSlots, accounts: accounts.size };
}

const NONE: ReadonlyMap<string, ReplayedCharge> = new Map();

/** Charges every account with what may have been granted and not kept, as if it had started now. */
function fillLost(
  { state, pools, clock }: RestoreOptions,
  accounts: ReadonlyMap<string, ReplayedAccount>,
): void {
  const nowMs = clock.monotonicMs();
  const usages = new Map([...accounts].map(([id, { usage }]) => [id, usage]));
  for (const { id, usage } of pools) usages.set(id, usage);
  const bounds = new Map(
    state.checkpoints.map(({ checkpoint }) => [checkpoint.account, checkpoint.lossBound]),
  );
  for (const [id, usage] of usages) {
    const lost = mostLost(bounds.get(id) ?? lossBound(usage.rules), usage.rules);
    usage.counters.append(nowMs, lost.requests, lost.totalTokens, lost.inputTokens, lost.outputTokens);
  }
}

function restoreLease(
  slot: ReplayedSlot,
  { poolOf, scopeOf, budgetOf, clock }: RestoreOptions,
  accounts: ReadonlyMap<string, ReplayedAccount>,
): Lease | undefined {
  const [poolId = "", ...scopeIds] = slot.accounts;
  const pool = poolOf(poolId);
  if (pool === undefined) return undefined;
  const known = scopeIds.flatMap((id): ChargedScope[] => {
    const scope = scopeOf(id);
    const account = accounts.get(id);
    const charge = account?.charges.get(slot.slotId);
    return scope === undefined || account === undefined || charge === undefined
      ? []
      : [{ scope, charge: quotaCharge(account.usage, charge) }];
  });
  const budget = budgetOf(slot);
  const budgetCharge = budget && reopen(budget, slot, clock);
  if (budgetCharge !== undefined) known.push({ scope: budget!, charge: budgetCharge });
  const option: StartOption = { deployment: slot.deployment, pool, amounts: amountsOf(slot), scopes: [] };
  const flow = pool.queue.flowOf(slot.level, slot.tenant);
  const lease = new Lease(slot.slotId, option, flow, 0);
  lease.state = slot.state;
  lease.memo = slot.memo;
  lease.startMs = slot.atMs;
  lease.expireMs = slot.expireMs;
  lease.event = accounts.get(poolId)?.charges.get(slot.slotId)?.event ?? -1;
  lease.scopes = known;
  return lease;
}

/** Undefined: the slot was settled or released, and nothing of it is reserved. */
function reopen(budget: ReopenableScope, slot: ReplayedSlot, clock: Clock): ScopeCharge | undefined {
  const nowMs = clock.monotonicMs();
  if (slot.state === "granted") return budget.charge(nowMs, amountsOf(slot));
  return slot.state === "expired" ? budget.resumeExpired(clock.wallMs() + slot.expireMs - nowMs) : undefined;
}

function amountsOf({ requests, inputTokens, outputTokens, totalTokens }: Amounts): Amounts {
  return { requests, inputTokens, outputTokens, totalTokens };
}
