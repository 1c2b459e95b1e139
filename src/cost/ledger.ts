import type { AttemptErrorReason } from "../core/attempt-error.ts";
import type { Cost } from "../core/cost.ts";
import type { RefusalReason } from "../core/refusal.ts";
import type { TokenUsage } from "../core/usage.ts";

/**
 * What one row of the ledger is about.
 * - `attempt`: a call of a provider inside a Complete.
 * - `slot`: a call that the caller made in a slot, settled or expired.
 * - `cache_hit`: an answer that needed no call.
 * - `refusal`: a request that was refused without a call.
 */
export type LedgerKind = "attempt" | "slot" | "cache_hit" | "refusal";

/** How the call or request of a row ended. `expired`: nothing was heard of a slot in time. */
export type LedgerOutcome = "succeeded" | "failed" | "cancelled" | "expired" | "refused";

/** Tokens of one row. */
export interface LedgerUsage extends TokenUsage {
  /** Input and output together, where the caller of a slot reported only that. Undefined: as both sides say. */
  readonly totalTokens?: number;
}

/** One row of the ledger. Never holds a prompt or an answer. */
export interface LedgerEntry {
  /** Wall time of the end, in milliseconds since the Unix epoch. */
  readonly wallMs: number;
  readonly kind: LedgerKind;
  readonly outcome: LedgerOutcome;
  /** Undefined where it succeeded or expired. */
  readonly reason: AttemptErrorReason | RefusalReason | undefined;
  readonly tenant: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Empty: general. */
  readonly taskType: string;
  /** Empty where a request was refused before any model was chosen. */
  readonly provider: string;
  /** `provider/model`. */
  readonly model: string;
  readonly deployment: string;
  /** Undefined: nothing was used, or nobody knows. */
  readonly usage: LedgerUsage | undefined;
  /** Undefined: nothing was charged, or the price is not known. */
  readonly cost: Cost | undefined;
  /** Tokens that were reserved. */
  readonly reservedTokens: number;
  /** Milliseconds before the start; 0 when it started at once. */
  readonly waitedMs: number;
  /** It waited for a limit's window or a provider's hold, not only for its place in the queue. */
  readonly isRateLimitWait: boolean;
  /** From the start of the call to its end, the wait not included. Undefined: not measured. */
  readonly latencyMs: number | undefined;
  /** Another candidate than the first of the route. */
  readonly isFallback: boolean;
  /** It is the first call at its candidate, and made there because of a 429 or of too long a wait elsewhere. */
  readonly isRateLimitFallback: boolean;
  /**
   * The row ends its request: each Complete and each slot has exactly one such row, so that counting them counts
   * requests.
   */
  readonly isLast: boolean;
  readonly requestId: string;
  /** Empty without a trace. */
  readonly traceId: string;
  /** Names the row in the journal, which keeps it until it is known to be written. Undefined: the journal has it not. */
  readonly journalId?: string | undefined;
}

/** Where rows go. Recording never throws and never waits: rows are kept in groups, off the path of the call. */
export interface LedgerSink {
  record(entry: LedgerEntry): void;
}
