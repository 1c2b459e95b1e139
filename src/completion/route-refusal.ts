import type { AttemptError } from "../core/attempt-error.ts";
import { type Refusal, type RefusalReason, refuse } from "../core/refusal.ts";
import type { RoutedCandidate } from "../fallback/route.ts";
import type { CandidateVerdict } from "../fallback/verdict.ts";
import type { AttemptRecord } from "./complete-result.ts";

const REASONS: Readonly<Record<CandidateVerdict, RefusalReason>> = {
  eligible: "CANDIDATES_UNAVAILABLE",
  not_allowed: "MODEL_NOT_ALLOWED",
  disabled: "PROVIDER_NOT_CONFIGURED",
  not_configured: "PROVIDER_NOT_CONFIGURED",
  capability_missing: "INVALID_REQUEST",
  context_too_small: "REQUEST_TOO_LARGE",
  limit_too_small: "REQUEST_TOO_LARGE",
  breaker_open: "CANDIDATES_UNAVAILABLE",
  price_unknown: "PRICE_UNKNOWN",
  over_budget: "BUDGET_EXCEEDED",
  queue_full: "QUEUE_FULL",
  wait_too_long: "WAIT_TOO_LONG",
};

/** Which verdict speaks for all, when they differ: what passes by itself first, then what the caller can change. */
const BY_WEIGHT: readonly CandidateVerdict[] = [
  "wait_too_long",
  "queue_full",
  "breaker_open",
  "over_budget",
  "price_unknown",
  "context_too_small",
  "limit_too_small",
  "capability_missing",
  "not_configured",
  "disabled",
  "not_allowed",
];

/** The refusal of a request that no candidate may take. `decisive` is not empty. */
export function refuseRoute(decisive: readonly RoutedCandidate[]): Refusal {
  const verdict = BY_WEIGHT.find((one) => decisive.some((routed) => routed.verdict === one)) ?? "eligible";
  const speaking = decisive.filter((routed) => routed.verdict === verdict);
  const reason = REASONS[verdict];
  const message = decisive
    .map(({ candidate, explanation }) => `${candidate.deploymentId}: ${explanation}`)
    .join("; ");
  const retryAfterMs = retryAfter(verdict, speaking);
  const isLimited = verdict === "wait_too_long" || verdict === "queue_full" || verdict === "over_budget";
  return refuse(reason, message, {
    metadata: metadataOf(verdict, speaking, decisive),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(isLimited && {
      quotaViolations: speaking.flatMap(({ candidate, explanation }) =>
        candidate.waitLimits.length > 0
          ? candidate.waitLimits
          : [{ subject: candidate.deploymentId, description: explanation }],
      ),
    }),
  });
}

/** The refusal of a request whose attempts have all failed. */
export function refuseFailed(
  attempts: readonly AttemptRecord[],
  error: AttemptError,
  explanation: string,
  isAborted: boolean,
): Refusal {
  if (error.reason === "CANCELLED" || isAborted)
    return refuse("CANCELLED", "the caller went away or its deadline passed");
  const told = attempts.map(
    ({ deployment, errorReason, errorMessage }) => `${deployment}: ${errorReason} (${errorMessage})`,
  );
  return refuse("ALL_ATTEMPTS_FAILED", `every attempt failed: ${told.join("; ")}. ${explanation}`, {
    metadata: Object.fromEntries(
      attempts.map(({ deployment, errorReason }, index) => [
        `attempt_${index + 1}`,
        `${deployment} ${errorReason}`,
      ]),
    ),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  });
}

function retryAfter(verdict: CandidateVerdict, speaking: readonly RoutedCandidate[]): number | undefined {
  const times = speaking.map(({ candidate }) => {
    if (verdict === "wait_too_long" || verdict === "queue_full") return candidate.predictedWaitMs;
    if (verdict === "breaker_open" && candidate.breaker.kind === "open")
      return candidate.breaker.retryAfterMs;
    if (verdict === "over_budget" && candidate.budget.kind === "over") return candidate.budget.retryAfterMs;
    return undefined;
  });
  const known = times.filter((time) => time !== undefined && Number.isFinite(time)) as number[];
  return known.length === 0 ? undefined : Math.ceil(Math.min(...known));
}

function metadataOf(
  verdict: CandidateVerdict,
  speaking: readonly RoutedCandidate[],
  decisive: readonly RoutedCandidate[],
): Record<string, string> {
  const metadata: Record<string, string> = {
    models: decisive.map(({ candidate }) => candidate.deploymentId).join(","),
  };
  const { candidate } = speaking[0] ?? decisive[0]!;
  if (
    candidate.availability.kind === "not_configured" &&
    candidate.availability.missingVariable !== undefined
  ) {
    metadata.variable = candidate.availability.missingVariable;
  }
  if (verdict === "limit_too_small" && candidate.tokenCap !== undefined)
    metadata.cap = String(candidate.tokenCap);
  if (verdict === "context_too_small" && candidate.contextWindowTokens !== undefined) {
    metadata.cap = String(candidate.contextWindowTokens);
  }
  return metadata;
}
