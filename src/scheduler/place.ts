import type { Amounts, Limit } from "../core/limit.ts";
import type { Flow } from "./flow.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { Scope } from "./scope.ts";
import type { Claimant } from "./scope-claims.ts";
import type { Waiter } from "./waiter.ts";

/** A deployment at which a call may start, as the scheduler sees it. */
export interface StartOption {
  /** The deployment's name. */
  readonly deployment: string;
  readonly pool: PoolQueue;
  /** What the call takes there, as estimated for this model. */
  readonly amounts: Amounts;
  /** What must have room besides the pool. */
  readonly scopes: readonly Scope[];
}

/** The limit of the pool or a scope that a call is too large for, whatever the time; undefined when it can run. */
export function tooLargeFor({ pool, amounts, scopes }: StartOption): TooLarge | undefined {
  let found: TooLarge | undefined = pool.usage.tooLarge(amounts);
  for (const scope of scopes) found ??= scope.tooLarge?.(amounts);
  return found;
}

interface TooLarge {
  readonly limit: Limit;
  readonly cap: number;
}

/** One waiter's place in the queue of one pool; a waiter may hold several and leaves all when one is served. */
export class Place implements Claimant {
  readonly waiter: Waiter;
  readonly option: StartOption;
  flow: Flow | undefined;
  /** The part of the pool's tightest limit that the call takes, as a fraction of its cap; set by the queue. */
  share = 0;
  /** Neighbours in the flow's line. */
  previous: Place | undefined;
  next: Place | undefined;
  /** The next of the same waiter's places, in order of preference. */
  sibling: Place | undefined;

  constructor(waiter: Waiter, option: StartOption) {
    this.waiter = waiter;
    this.option = option;
  }

  get tenant(): string {
    return this.waiter.request.tenant;
  }

  get level(): number {
    return this.waiter.request.level;
  }

  /** Since when it has waited, in monotonic milliseconds. */
  get sinceMs(): number {
    return this.waiter.enqueuedMs;
  }

  get amounts(): Amounts {
    return this.option.amounts;
  }

  /** The level of priority that it counts as after its wait so far. */
  levelAt(nowMs: number): number {
    return this.option.pool.queue.liftedLevel(this, nowMs);
  }

  /** Whether its deadline comes before it can start; false for Infinity, when nobody can say when it can. */
  isTooLate(earliestMs: number): boolean {
    return earliestMs > this.waiter.deadlineMs && earliestMs !== Number.POSITIVE_INFINITY;
  }
}
