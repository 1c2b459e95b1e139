import type { AttemptErrorReason } from "../core/attempt-error.ts";
import type { FinishReason, Message } from "../core/chat.ts";
import type { Cost } from "../core/cost.ts";
import type { WaitCause } from "../core/limit.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";
import type { ContextChange } from "../fallback/context/context-change.ts";
import type { Selection } from "../fallback/selection/select-models.ts";
import type { CandidateVerdict } from "../fallback/verdict.ts";

/** How an attempt ended. `cancelled`: the caller went away, or another attempt was faster. */
export type AttemptOutcome = "succeeded" | "failed" | "cancelled";

/** One call of one deployment inside a Complete. */
export interface AttemptRecord {
  readonly model: string;
  /** The model's name when it has only one deployment. */
  readonly deployment: string;
  readonly outcome: AttemptOutcome;
  /** Why it failed or was given up. Undefined: it succeeded. */
  readonly errorReason: AttemptErrorReason | undefined;
  /** What the provider said about the failure, in one line, without secret and prompt; empty when it succeeded. */
  readonly errorMessage: string;
  /** HTTP status. Undefined: it never answered. */
  readonly providerStatusCode: number | undefined;
  /** Wait for its turn in milliseconds; 0 when it started at once. */
  readonly waitedMs: number;
  /** The longest first. */
  readonly waitCauses: readonly WaitCause[];
  /** From the start of the call to its end in milliseconds, the wait not included. */
  readonly latencyMs: number;
  /** From the start of the call to the first token. Undefined: not streamed, or there was none. */
  readonly firstTokenLatencyMs: number | undefined;
  /** Undefined: none, or not known. */
  readonly usage: TokenUsage | undefined;
  /** Undefined: the price is not known. */
  readonly cost: Cost | undefined;
  readonly cause: AttemptCause;
  /** Why it was made, in one sentence for people. */
  readonly explanation: string;
}

/** One deployment that was considered for a request. */
export interface CandidateRecord {
  readonly model: string;
  readonly deployment: string;
  readonly verdict: CandidateVerdict;
  /** Why it stands where it does, and why it was or was not tried, in a sentence or two for people. */
  readonly explanation: string;
  /** Milliseconds until its planned start. Undefined: not computed. */
  readonly predictedWaitMs: number | undefined;
  /** Input and output together. Undefined: not computed. */
  readonly reservedTokens: number | undefined;
  /** Undefined: the price is not known. */
  readonly estimatedCost: Cost | undefined;
  /** How many attempts were made at it. */
  readonly attemptCount: number;
}

/** The answer to a Complete, and how it came about. */
export interface CompleteResult {
  readonly message: Message;
  readonly finishReason: FinishReason;
  /** The provider's own word; empty when it gave none. */
  readonly providerFinishReason: string;
  /** The model that answered. */
  readonly model: string;
  /** Tokens of all attempts together. */
  readonly usage: TokenUsage;
  /** Of all attempts together. Undefined: the price of one of them is not known. */
  readonly cost: Cost | undefined;
  /** Every call of a provider, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** Every candidate in order, tried or not. */
  readonly route: readonly CandidateRecord[];
  /** How the request was made to fit. Undefined: it was sent as it came. */
  readonly contextChange: ContextChange | undefined;
  readonly cacheHit: boolean;
  readonly requestId: string;
  /** The experiments that the request took part in; empty: none. */
  readonly arms: Selection["arms"];
}
