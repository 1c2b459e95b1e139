import { seededRandom } from "../../src/core/random.ts";
import type { RouteOptions } from "../../src/fallback/route.ts";
import type { CandidateSnapshot } from "../../src/fallback/snapshot.ts";
import type { RequestNeeds } from "../../src/fallback/verdict.ts";

/** A candidate that can be called at once; the provider is the first part of the id. */
export function candidate(deploymentId: string, changes: Partial<CandidateSnapshot> = {}): CandidateSnapshot {
  return {
    deploymentId,
    modelId: deploymentId.split("#")[0]!,
    provider: deploymentId.split("/")[0]!,
    rank: 0,
    origin: { kind: "requested" },
    isLocalFree: false,
    providerPriority: 10,
    quality: 5,
    weight: 1,
    availability: { kind: "available" },
    capabilities: { tools: true, images: true, jsonSchema: true, streaming: true },
    contextWindowTokens: 128_000,
    maxOutputTokens: 4_096,
    inputTokens: 100,
    reservedTokens: 600,
    tokenCap: undefined,
    breaker: { kind: "closed" },
    budget: { kind: "within" },
    worstCostNanoUsd: 1_000_000n,
    queueFull: false,
    predictedWaitMs: 0,
    likelyWaitMs: undefined,
    waitLimits: [],
    latencyMs: undefined,
    capacityLeft: 1,
    ...changes,
  };
}

/** Candidates in the order of their ranks. */
export function ranked(...candidates: CandidateSnapshot[]): CandidateSnapshot[] {
  return candidates.map((one, rank) => ({ ...one, rank }));
}

export const PLAIN_NEEDS: RequestNeeds = {
  capabilities: { tools: false, images: false, jsonSchema: false, streaming: false },
  maxOutputTokens: undefined,
  maxWaitMs: 5_000,
  remainingMs: undefined,
};

/** Options of a plain request. */
export function options(changes: Partial<RouteOptions> = {}): RouteOptions {
  return {
    strategy: "smart_fallback",
    contextStrategy: "fallback",
    needs: PLAIN_NEEDS,
    quality: undefined,
    turn: 0,
    random: seededRandom(1),
    ...changes,
  };
}
