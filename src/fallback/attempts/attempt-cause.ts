import type { RefusalReason } from "../../core/refusal.ts";
import type { CandidateVerdict } from "../verdict.ts";

/** Why an attempt is made. */
export type AttemptCause =
  /** The first candidate of the route. */
  | "first_choice"
  /** Once more at the same deployment after a passing error. */
  | "retry"
  /** The candidates before it failed. */
  | "fallback_error"
  /** The wait for the candidates before it was too long. */
  | "fallback_wait"
  /** The request did not fit the candidates before it. */
  | "fallback_context"
  /** The candidates before it were over a budget, or what budgets reserve for them could not be kept. */
  | "fallback_budget"
  /** The candidates before it could not be called: breaker open, not configured, capability missing. */
  | "fallback_unavailable"
  /** The attempt before it was slow, and still runs; the first answer wins. */
  | "hedge"
  /** One part of a request that is asked in parts, or the combination of their answers. */
  | "chunk";

const CAUSES: Record<CandidateVerdict, AttemptCause> = {
  eligible: "first_choice",
  not_allowed: "fallback_unavailable",
  disabled: "fallback_unavailable",
  not_configured: "fallback_unavailable",
  capability_missing: "fallback_unavailable",
  context_too_small: "fallback_context",
  limit_too_small: "fallback_context",
  breaker_open: "fallback_unavailable",
  price_unknown: "fallback_budget",
  over_budget: "fallback_budget",
  queue_full: "fallback_wait",
  wait_too_long: "fallback_wait",
};

/** Why a candidate is tried when the one before it was passed over with this verdict. */
export function causeAfterVerdict(verdict: CandidateVerdict): AttemptCause {
  return CAUSES[verdict];
}

/** Why the next candidate is tried when the one before it was refused a start for this reason. */
export function causeAfterRefusal(reason: RefusalReason): AttemptCause {
  if (reason === "BUDGET_EXCEEDED" || reason === "PRICE_UNKNOWN") return "fallback_budget";
  if (reason === "STORE_UNAVAILABLE") return "fallback_budget";
  return reason === "CANDIDATES_UNAVAILABLE" ? "fallback_unavailable" : "fallback_wait";
}
