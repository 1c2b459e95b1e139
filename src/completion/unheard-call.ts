import type { AttemptError } from "../core/attempt-error.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { AttemptPlan } from "./attempt-plan.ts";

/**
 * Whether a call was given up before its provider had answered anything. The provider has read the input by then, and
 * charges for it; one that could not be reached, or answered with an error, charges nothing.
 */
export function isUnheard({ reason, statusCode }: AttemptError): boolean {
  return statusCode === undefined && (reason === "CANCELLED" || reason === "TIMEOUT");
}

/** What such a call has used at least: its input, as estimated. */
export function sentUsage({ candidate }: Pick<AttemptPlan, "candidate">): TokenUsage {
  return { inputTokens: candidate.estimate.inputTokens, outputTokens: 0, estimated: true };
}
