import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import type { Refusal } from "../core/refusal.ts";
import type { LedgerSink } from "../cost/ledger.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { AttemptTools } from "./attempt.ts";
import type { CandidateList } from "./candidate-list.ts";

/** Counts requests, for strategies that go in turns. */
export interface Turns {
  next(): number;
}

/** What a `Completer` works with. */
export interface CompleterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly config: Config;
  readonly scheduler: Scheduler;
  readonly candidates: CandidateList;
  readonly ledger: LedgerSink;
  /** Why no new work is taken. Undefined: it is. */
  readonly refuseNew: () => Refusal | undefined;
  readonly tools: AttemptTools;
  readonly turns: Turns;
}
