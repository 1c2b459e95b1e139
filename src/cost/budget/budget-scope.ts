import type { Clock } from "../../core/clock.ts";
import type { Amounts } from "../../core/limit.ts";
import type { BudgetAccount, BudgetWatcher } from "./budget-account.ts";

/** What the parts of a {@link BudgetScope} need of the book that made it. */
export interface BudgetScopeHost {
  readonly clock: Clock;
  /** Says that there may be room at this wall time, even if no call ends until then. */
  noteRoomAt(wallMs: number): void;
  /** Says that there is room now, though no call has ended. */
  noteRoom(): void;
}

/** What a call may cost at most, and what it did cost once it has ended. */
export interface CallCost {
  readonly worstCostNanoUsd: bigint;
  /** In nano-dollars. Undefined: not known; the worst case stays charged. */
  readonly costOf: (actual: Amounts) => bigint | undefined;
}

/** All budgets that apply to a call, as one thing that must have room before it may start. */
export class BudgetScope {
  readonly #accounts: readonly BudgetAccount[];
  readonly #call: CallCost;
  readonly #host: BudgetScopeHost;

  constructor(accounts: readonly BudgetAccount[], call: CallCost, host: BudgetScopeHost) {
    this.#accounts = accounts;
    this.#call = call;
    this.#host = host;
  }

  /** The budgets' names, for people. */
  get subject(): string {
    return this.#accounts.map(({ subject }) => subject).join(" and ");
  }

  /** The worst case in nano-dollars. Undefined: the call costs nothing. */
  get reservedNanoUsd(): bigint | undefined {
    const { worstCostNanoUsd } = this.#call;
    return worstCostNanoUsd === 0n ? undefined : worstCostNanoUsd;
  }

  /**
   * `nowMs`, on the monotonic clock, when the worst case fits; Infinity when only the end of another call makes room;
   * else the end of the period.
   */
  earliestMs(nowMs: number, _amounts: Amounts): number {
    const { worstCostNanoUsd } = this.#call;
    const wallMs = this.#host.clock.wallMs();
    let earliestMs = nowMs;
    for (const account of this.#accounts) {
      account.touch(wallMs);
      if (account.fits(worstCostNanoUsd)) continue;
      this.#host.noteRoomAt(account.endMs);
      const isOver = !account.couldFit(worstCostNanoUsd);
      earliestMs = Math.max(earliestMs, isOver ? nowMs + account.endMs - wallMs : Number.POSITIVE_INFINITY);
    }
    return earliestMs;
  }

  /** Reserves the worst case. */
  charge(_nowMs: number, _amounts: Amounts): BudgetCharge {
    const wallMs = this.#host.clock.wallMs();
    for (const account of this.#accounts) {
      account.touch(wallMs);
      account.reserve(this.#call.worstCostNanoUsd);
    }
    return new BudgetCharge(this.#accounts, this.#call, this.#host);
  }

  /** Takes over what an earlier process has counted as spent at this wall time, since nothing was heard of the call. */
  resumeExpired(expiredWallMs: number): BudgetCharge {
    const charge = new BudgetCharge(this.#accounts, this.#call, this.#host);
    charge.resumeExpired(expiredWallMs);
    return charge;
  }

  /**
   * Calls `onOver` once, as soon as other calls have spent so much that the worst case does not fit in this period any
   * more, so that waiting is in vain. The answer ends the watch, which must be done when the wait ends.
   */
  watch(onOver: () => void): () => void {
    const watcher: BudgetWatcher = {
      checkRoom: () => {
        if (this.#accounts.every((account) => account.couldFit(this.#call.worstCostNanoUsd))) return;
        stop();
        onOver();
      },
    };
    const stop = (): void => {
      for (const account of this.#accounts) account.unwatch(watcher);
    };
    for (const account of this.#accounts) account.watch(watcher);
    return stop;
  }
}

/** The worst case of one call, reserved until the call has ended. */
export class BudgetCharge {
  readonly #accounts: readonly BudgetAccount[];
  readonly #call: CallCost;
  readonly #host: BudgetScopeHost;
  #state: "open" | "settled" | "released" | "expired" = "open";
  /** Wall times at which the periods end in which the worst case was counted as spent. */
  #expiredInMs: readonly number[] = [];

  constructor(accounts: readonly BudgetAccount[], call: CallCost, host: BudgetScopeHost) {
    this.#accounts = accounts;
    this.#call = call;
    this.#host = host;
  }

  /** Counts what the call did cost. After {@link expire} it corrects what was counted then. */
  settle(_nowMs: number, actual: Amounts): void {
    const { worstCostNanoUsd, costOf } = this.#call;
    const costNanoUsd = costOf(actual) ?? worstCostNanoUsd;
    if (this.#state === "open") this.#spend(costNanoUsd);
    else if (this.#state === "expired") this.#correct(costNanoUsd - worstCostNanoUsd);
    this.#state = "settled";
  }

  /** {@link settle} after {@link expire}. */
  settleLate(nowMs: number, actual: Amounts): void {
    this.settle(nowMs, actual);
  }

  /** The call was never sent: nothing is counted. */
  release(): void {
    if (this.#state !== "open") return;
    this.#state = "released";
    for (const account of this.#accounts) account.unreserve(this.#call.worstCostNanoUsd);
  }

  /** Nothing was heard of the call: it may have been made, so the worst case counts as spent. */
  expire(_nowMs: number): void {
    if (this.#state !== "open") return;
    this.#state = "expired";
    this.#spend(this.#call.worstCostNanoUsd);
    this.#expiredInMs = this.#accounts.map((account) => account.endMs);
  }

  /** What {@link expire} has counted at this wall time stands in the accounts already. */
  resumeExpired(expiredWallMs: number): void {
    this.#state = "expired";
    this.#expiredInMs = this.#accounts.map(({ startMs, endMs }) =>
      expiredWallMs < startMs ? startMs : endMs,
    );
  }

  #spend(nanoUsd: bigint): void {
    const wallMs = this.#host.clock.wallMs();
    for (const account of this.#accounts) {
      account.touch(wallMs);
      account.unreserve(this.#call.worstCostNanoUsd);
    }
    for (const account of this.#accounts) account.spend(nanoUsd);
  }

  /** Too much counted is given back only in the period in which it was counted. */
  #correct(nanoUsd: bigint): void {
    const wallMs = this.#host.clock.wallMs();
    for (const [index, account] of this.#accounts.entries()) {
      account.touch(wallMs);
      if (nanoUsd > 0n || account.endMs === this.#expiredInMs[index]) account.spend(nanoUsd);
    }
    if (nanoUsd < 0n) this.#host.noteRoom();
  }
}
