import type { AttemptErrorReason } from "../../core/attempt-error.ts";
import type { RoutedCandidate } from "../route.ts";
import type { CandidateSnapshot } from "../snapshot.ts";
import { ERROR_POLICIES } from "./error-policy.ts";

/**
 * Those of the candidates not yet tried that may do better than the one that failed, in the same order. Whoever goes on
 * to one of them goes on with this list: what it leaves out stays out for the rest of the request.
 */
export function usefulCandidates(options: {
  readonly failed: CandidateSnapshot;
  readonly reason: AttemptErrorReason;
  /** What follows in the route's `trial`. */
  readonly untried: readonly RoutedCandidate[];
}): readonly RoutedCandidate[] {
  const { failed, reason, untried } = options;
  switch (ERROR_POLICIES[reason].next) {
    case "any":
      return untried;
    case "none":
      return [];
    case "other_provider":
      return untried.filter(({ candidate }) => candidate.provider !== failed.provider);
    case "larger_context":
      return untried.filter(({ candidate }) => holdsMore(candidate, failed));
  }
}

/** Where a window is not known, another model is worth a try. */
function holdsMore(candidate: CandidateSnapshot, failed: CandidateSnapshot): boolean {
  if (candidate.modelId === failed.modelId) return false;
  if (candidate.contextWindowTokens === undefined || failed.contextWindowTokens === undefined) return true;
  return candidate.contextWindowTokens > failed.contextWindowTokens;
}
