import type { Context } from "@opentelemetry/api";
import type { ChatRequest, JsonObject } from "../core/chat.ts";
import type { RequestSpending } from "../cost/budget/budget-book.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { Selection } from "../fallback/selection/select-models.ts";
import type { ProviderCall } from "../providers/provider.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { StartRequest } from "../scheduler/waiter.ts";
import type { AttemptRecord } from "./complete-result.ts";
import type { StartedAttempt, StreamSink } from "./stream-sink.ts";

/** One attempt that is to be made. */
export interface AttemptPlan extends StartedAttempt {
  /** Why it is made, for people. */
  readonly explanation: string;
  readonly request: ChatRequest;
  readonly providerOptions: ProviderCall["providerOptions"];
  /** What the scheduler is asked for, without the option. */
  readonly start: Omit<StartRequest, "options" | "leaseDurationMs" | "memo">;
  /** Aborts when the answer is not wanted any more. */
  readonly signal: AbortSignal;
  readonly spending: RequestSpending;
  readonly tenant: string;
  readonly taskType: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** Receives the pieces of a streamed answer. Undefined: the answer is wanted whole. */
  readonly sink: StreamSink | undefined;
  /** Whether another candidate is left that could take over if this one fails. */
  readonly hasAlternative: boolean;
  /** The experiments that the request takes part in. */
  readonly arms: Selection["arms"];
  readonly parent: Context;
  /** Told when the wait is over and the call begins. */
  readonly onCallStart?: () => void;
  /** What a process that starts after a crash must know of the call. */
  readonly memo: JsonObject;
  /** The row of the attempt in the ledger, as if it ended the request. */
  readonly rowOf: (record: AttemptRecord, lease: Lease) => LedgerEntry;
}
