import type { CandidateSnapshot } from "../snapshot.ts";
import { compareBalanced } from "./balanced.ts";
import { ascending, compareSpread } from "./compare.ts";
import { compareCost } from "./cost-optimized.ts";
import { compareLatency } from "./latency-optimized.ts";
import { compareQuality } from "./quality-optimized.ts";
import type { CandidateOrder, Comparison, QualityPreference } from "./strategy.ts";

/**
 * `smart_fallback`: models that somebody named in the order in which they are named; those that Headway took from the
 * catalog free local ones first, then by the priority of their providers, unless the request says that speed, cost or
 * quality matters most. All of them come before one of which nobody can say when it could start.
 */
export const smartFallback: CandidateOrder = {
  arrange(candidates, { quality }) {
    const compare: Comparison = (first, second) => comparePreference(first, second, quality);
    const named = candidates.filter(isNamed).toSorted(compare);
    const taken = candidates.filter((candidate) => !isNamed(candidate)).toSorted(compare);
    const all = firstRank(taken) < firstRank(named) ? [...taken, ...named] : [...named, ...taken];
    return [...all.filter(startIsKnown), ...all.filter((candidate) => !startIsKnown(candidate))];
  },
  precedes: (first, second, { quality }) => comparePreference(first, second, quality) < 0,
  explain: explainPlace,
};

/** The models that Headway took stand together in the list, before or after the named ones. */
function comparePreference(
  first: CandidateSnapshot,
  second: CandidateSnapshot,
  quality: QualityPreference | undefined,
): number {
  if (isNamed(first) !== isNamed(second)) return ascending(first.rank, second.rank);
  if (isNamed(first)) return compareSpread(first, second);
  return comparisonFor(quality)(first, second) || compareSpread(first, second);
}

/** Whether a request, the config, a preset or an experiment names the model. */
function isNamed({ origin }: CandidateSnapshot): boolean {
  return origin.kind !== "selected";
}

function firstRank(candidates: readonly CandidateSnapshot[]): number {
  return Math.min(...candidates.map(({ rank }) => rank));
}

function startIsKnown({ predictedWaitMs, likelyWaitMs }: CandidateSnapshot): boolean {
  return predictedWaitMs !== Number.POSITIVE_INFINITY || likelyWaitMs !== undefined;
}

const compareFreeAndPriority: Comparison = (first, second) =>
  ascending(Number(second.isLocalFree), Number(first.isLocalFree)) ||
  ascending(first.providerPriority, second.providerPriority) ||
  compareBalanced(first, second);

function comparisonFor(quality: QualityPreference | undefined): Comparison {
  switch (quality) {
    case "speed":
      return compareLatency;
    case "cost":
      return compareCost;
    case "quality":
      return compareQuality;
    default:
      return compareFreeAndPriority;
  }
}

function explainPlace(candidate: CandidateSnapshot): string {
  const { origin, rank } = candidate;
  const place = rank === 0 ? "first choice" : `fallback ${rank}`;
  switch (origin.kind) {
    case "requested":
      return rank === 0 ? "the model asked for" : `${place} of the request`;
    case "configured":
      return `${place} of the config`;
    case "preset":
      return `${place} of the preset ${origin.preset}`;
    case "experiment":
      return `arm ${origin.arm} of the experiment ${origin.experiment}`;
    case "selected":
      return candidate.isLocalFree
        ? "chosen by Headway: free and local"
        : `chosen by Headway: priority ${candidate.providerPriority}`;
  }
}
