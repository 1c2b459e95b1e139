import type { EncodingName } from "./encoding.ts";
import type { CountedInput } from "./input-calibration.ts";

/** The model that a request is estimated for. */
export interface EstimatedModel {
  /** What is learned is kept by this, as `openai/gpt-4o-mini`. */
  readonly id: string;
  /** The provider's name of the model, which tells its tokenizer. */
  readonly upstreamModel: string;
  /** The most that the model can write. Undefined: not known. */
  readonly maxOutputTokens?: number | undefined;
  /** Input and output together. Undefined: not known. */
  readonly contextWindowTokens?: number | undefined;
}

/** Whose call it is and for what: answers to one kind of task are alike in length. */
export interface EstimateKey {
  readonly tenant: string;
  /** Empty: general. */
  readonly taskType: string;
}

/**
 * What a reservation for the output rests on: the request's own maximum, what such calls needed before, or the default
 * because too little is known.
 */
export type OutputSource = "request" | "learned" | "default";

export interface OutputReservation {
  /** At least 1, at most what the model can write. */
  readonly outputTokens: number;
  readonly outputSource: OutputSource;
}

/** What a call is going to use. */
export interface TokenEstimate extends OutputReservation {
  /** The most likely number of input tokens. At least 1. */
  readonly inputTokens: number;
  /** What to reserve for the input, so that nearly no call uses more. At least `inputTokens`. */
  readonly reservedInputTokens: number;
  /** Whether all of the text was counted or, because it is long, samples of it. */
  readonly method: "counted" | "sampled";
  readonly tokenizer: EncodingName;
  /** By what the count was corrected from settled calls. Undefined: nothing is learned of this model yet. */
  readonly inputCorrection: number | undefined;
  /** The bare count: what {@link import("./token-estimator.ts").TokenEstimator.observe} learns from. */
  readonly counted: CountedInput;
}
