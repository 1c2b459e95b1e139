import type { Amounts } from "../core/limit.ts";
import type { Flow } from "./flow.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { Scope } from "./scope.ts";
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

/** One waiter's place in the queue of one pool; a waiter may hold several and leaves all when one is served. */
export class Place {
  readonly waiter: Waiter;
  readonly option: StartOption;
  level: number;
  /** When the place came to its present level, in monotonic milliseconds. */
  levelSinceMs = 0;
  flow: Flow | undefined;
  /** Lifted above the priority that was asked for. */
  isAged = false;
  /** Neighbours in the flow's line. */
  previous: Place | undefined;
  next: Place | undefined;
  /** Neighbours in the level's order of arrival. */
  earlier: Place | undefined;
  later: Place | undefined;

  constructor(waiter: Waiter, option: StartOption) {
    this.waiter = waiter;
    this.option = option;
    this.level = waiter.request.level;
  }

  get tenant(): string {
    return this.waiter.request.tenant;
  }

  get amounts(): Amounts {
    return this.option.amounts;
  }
}
