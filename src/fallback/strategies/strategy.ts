import type { Random } from "../../core/random.ts";
import type { CandidateSnapshot } from "../snapshot.ts";

/** What matters most when Headway chooses the model. */
export type QualityPreference = "speed" | "cost" | "balanced" | "quality";

/** What an order may depend on beside the candidates. */
export interface OrderContext {
  /** Only for candidates that nobody named. Undefined: `balanced`. */
  readonly quality: QualityPreference | undefined;
  /** Counts the requests that came before, for `round_robin`; 0 or more. */
  readonly turn: number;
  /** For `weighted`. */
  readonly random: Random;
}

/** Below 0: the first goes before the second; 0: either way. */
export type Comparison = (first: CandidateSnapshot, second: CandidateSnapshot) => number;

/** An order of candidates that may all be called. */
export interface CandidateOrder {
  /** The same candidates, the first to be tried first. */
  arrange(candidates: readonly CandidateSnapshot[], context: OrderContext): readonly CandidateSnapshot[];
  /**
   * Whether the first would be tried before the second if it could be called. False also where the strategy has no
   * lasting preference, as in `round_robin`.
   */
  precedes(first: CandidateSnapshot, second: CandidateSnapshot, context: OrderContext): boolean;
  /** Why a candidate stands where it does, in some words without a full stop. */
  explain(candidate: CandidateSnapshot): string;
}
