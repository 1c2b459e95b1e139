import type { ChatRequest } from "../core/chat.ts";
import type { Cost } from "../core/cost.ts";

/** What would this call use and cost? */
export interface EstimateQuery {
  /** Undefined: the default model. */
  readonly model: string | undefined;
  readonly request: ChatRequest;
  /** Undefined: general. */
  readonly taskType: string | undefined;
}

/** What a call would use and cost, and what Complete would reserve. */
export interface TokenEstimate {
  readonly kind: "estimated";
  readonly model: string;
  /** With what was learned about the model applied. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined: the price is not known. */
  readonly cost: Cost | undefined;
  /** All of the text by a tokenizer, or samples of it. */
  readonly method: "counted" | "sampled";
  /** As `o200k_base`. */
  readonly tokenizer: string;
  /** The learned ratio by which the count was corrected. Undefined: nothing is learned yet. */
  readonly inputCorrection: number | undefined;
  /** What the output rests on: the request, what such answers needed, or the configured default or maximum. */
  readonly outputSource: "request" | "learned" | "default";
}
