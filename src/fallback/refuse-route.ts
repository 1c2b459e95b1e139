import { type Refusal, type RefusalReason, refuse } from "../core/refusal.ts";
import { probeAfterMs } from "./breaker/probe-after.ts";
import type { Route, RoutedCandidate } from "./route.ts";
import type { CandidateSnapshot } from "./snapshot.ts";
import { acceptedWaitMs, type CandidateVerdict, type RequestNeeds } from "./verdict.ts";

/** The verdicts, and the reason that each gives to a refusal. The first that any candidate has is the answer. */
const REASONS: readonly (readonly [CandidateVerdict, RefusalReason])[] = [
  ["wait_too_long", "WAIT_TOO_LONG"],
  ["queue_full", "QUEUE_FULL"],
  ["breaker_open", "CANDIDATES_UNAVAILABLE"],
  ["over_budget", "BUDGET_EXCEEDED"],
  ["price_unknown", "PRICE_UNKNOWN"],
  ["context_too_small", "REQUEST_TOO_LARGE"],
  ["limit_too_small", "REQUEST_TOO_LARGE"],
  ["capability_missing", "INVALID_REQUEST"],
  ["not_configured", "PROVIDER_NOT_CONFIGURED"],
  ["disabled", "PROVIDER_NOT_CONFIGURED"],
  ["not_allowed", "MODEL_NOT_ALLOWED"],
];

const WAYS_OUT: Readonly<Partial<Record<RefusalReason, string>>> = {
  WAIT_TOO_LONG: "Wait longer (max_wait and the deadline), or name further models.",
  QUEUE_FULL: "Try again later, or name further models.",
  CANDIDATES_UNAVAILABLE: "Try again later, or name models of other providers.",
  BUDGET_EXCEEDED: "Name a cheaper model, ask for less output, or raise the budget.",
  PRICE_UNKNOWN: "Configure the model's price, or what to assume (budgets.assume_price).",
  REQUEST_TOO_LARGE: "Shorten it, ask for less output, name a larger model, or set context_strategy.",
  INVALID_REQUEST: "Name a model that can.",
};

/**
 * Why a request with an empty `trial` is refused: what time can mend goes before what only the caller can, and that
 * before what only the operator can. The message has the way out. `route` must hold at least one candidate.
 */
export function refuseRoute(route: Route, needs: RequestNeeds): Refusal {
  const [verdict, reason] = REASONS.find(([one]) => route.decisive.some((routed) => routed.verdict === one))!;
  const blamed = route.decisive.filter((routed) => routed.verdict === verdict);
  const retryAfterMs = soonestMs(blamed, needs);
  const quotaViolations = blamed.flatMap((routed) => violationsOf(routed));
  const wayOut = WAYS_OUT[reason];
  return refuse(reason, `${sentences(route.decisive)}${wayOut === undefined ? "" : ` ${wayOut}`}`, {
    metadata: metadataOf(blamed),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(quotaViolations.length > 0 && { quotaViolations }),
  });
}

function sentences(routed: readonly RoutedCandidate[]): string {
  return routed.map(({ candidate, explanation }) => `${candidate.deploymentId} ${explanation}.`).join(" ");
}

/** When the first of them could be asked again; undefined: time does not help. */
function soonestMs(blamed: readonly RoutedCandidate[], needs: RequestNeeds): number | undefined {
  const times = blamed
    .map(({ candidate, verdict }) => retryAfterOf(candidate, verdict, needs))
    .filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.max(1, Math.ceil(Math.min(...times)));
}

/** When a candidate with this verdict could be asked again, in milliseconds; undefined: time does not help. */
export function retryAfterOf(
  candidate: CandidateSnapshot,
  verdict: CandidateVerdict,
  needs: RequestNeeds,
): number | undefined {
  const { predictedWaitMs, breaker, budget } = candidate;
  const waitMs = predictedWaitMs === Number.POSITIVE_INFINITY ? undefined : predictedWaitMs;
  switch (verdict) {
    case "wait_too_long":
      return waitMs === undefined ? undefined : waitMs - acceptedWaitMs(needs);
    case "queue_full":
      return waitMs;
    case "breaker_open":
      return probeAfterMs(breaker);
    case "over_budget":
      return budget.kind === "over" ? budget.retryAfterMs : undefined;
    default:
      return undefined;
  }
}

function violationsOf({ candidate, verdict }: RoutedCandidate): Refusal["quotaViolations"] & object {
  if (verdict === "wait_too_long" || verdict === "queue_full") return candidate.waitLimits;
  if (verdict !== "over_budget" || candidate.budget.kind !== "over") return [];
  return [candidate.budget.violation];
}

function metadataOf(blamed: readonly RoutedCandidate[]): Record<string, string> {
  const candidates = blamed.map(({ candidate }) => candidate);
  const windows = candidates.flatMap(({ contextWindowTokens }) => contextWindowTokens ?? []);
  const caps = candidates.flatMap(({ tokenCap }) => tokenCap ?? []);
  const variables = candidates.flatMap(({ availability }) =>
    availability.kind === "not_configured" ? (availability.missingVariable ?? []) : [],
  );
  const verdict = blamed[0]!.verdict;
  return {
    models: [...new Set(candidates.map(({ modelId }) => modelId))].join(","),
    ...(verdict === "context_too_small" && { cap: String(Math.max(...windows)) }),
    ...(verdict === "limit_too_small" && { cap: String(Math.max(...caps)) }),
    ...(variables.length > 0 && { variables: [...new Set(variables)].join(",") }),
  };
}
