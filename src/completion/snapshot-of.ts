import type { Config } from "../config/config.ts";
import { causesIn } from "../core/cause-set.ts";
import type { Clock } from "../core/clock.ts";
import type { QuotaViolation } from "../core/refusal.ts";
import { isFree } from "../cost/price/model-price.ts";
import type { Availability, CandidateSnapshot } from "../fallback/snapshot.ts";
import { tooLargeFor } from "../scheduler/place.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import { fullSubjects, waitCausesOf } from "../scheduler/wait-causes.ts";
import type { Candidate } from "./candidate.ts";
import type { DeploymentHealth } from "./deployment-health.ts";

export interface SnapshotOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly config: Config;
  readonly health: DeploymentHealth;
  readonly tenant: string;
  /** Level of priority, 0 for the most urgent. */
  readonly level: number;
  /** The most that the request may cost; undefined: no bound of its own. */
  readonly maxCostNanoUsd: bigint | undefined;
  /** What the request has cost so far. */
  readonly spentNanoUsd: bigint;
}

/** What routing is told of a candidate at this moment. */
export function snapshotOf(candidate: Candidate, options: SnapshotOptions): CandidateSnapshot {
  const { deployment, estimate, model, option, providerConfig } = candidate;
  const { clock, config, health, level, maxCostNanoUsd, scheduler, spentNanoUsd, tenant } = options;
  const { pool, amounts } = option;
  const tooLarge = tooLargeFor(option);
  const planned = tooLarge === undefined ? scheduler.preview(option, { tenant, level }) : undefined;
  const nowMs = clock.monotonicMs();
  const predictedWaitMs = planned === undefined ? 0 : Math.max(0, planned.startMs - nowMs);
  const likelyMs = planned?.likelyMs;
  return {
    deploymentId: deployment.id,
    modelId: model.id,
    provider: deployment.provider,
    rank: candidate.rank,
    origin: candidate.origin,
    isLocalFree: isLocalFree(candidate),
    providerPriority: providerConfig.priority,
    quality: model.quality,
    weight: config.routing.weights.find((entry) => entry.model === model.id)?.weight ?? 1,
    availability: availabilityOf(candidate),
    capabilities: model.capabilities,
    contextWindowTokens: model.contextWindowTokens,
    maxOutputTokens: model.maxOutputTokens,
    inputTokens: estimate.inputTokens,
    reservedTokens: amounts.totalTokens,
    tokenCap: tooLarge?.cap,
    breaker: health.breaker(deployment.id),
    budget: candidate.budget.verdict({ maxCostNanoUsd, spentNanoUsd }),
    worstCostNanoUsd: candidate.budget.worstCost?.totalNanoUsd,
    queueFull: scheduler.fullQueue(option, tenant) !== undefined,
    predictedWaitMs,
    likelyWaitMs: likelyMs === undefined ? undefined : Math.max(0, likelyMs - nowMs),
    waitLimits: predictedWaitMs > 0 ? waitLimits(candidate, nowMs) : [],
    latencyMs: health.latencyMs(deployment.id),
    capacityLeft: pool.usage.capacityLeft(nowMs),
  };
}

function availabilityOf({ deployment }: Candidate): Availability {
  const explanation = deployment.reason ?? "it is switched off";
  if (!deployment.enabled || !deployment.offered) return { kind: "disabled", explanation };
  if (deployment.configured) return { kind: "available" };
  return { kind: "not_configured", explanation, missingVariable: deployment.missingVariable };
}

function isLocalFree({ deployment, price }: Candidate): boolean {
  if (deployment.providerType === "ollama") return true;
  return deployment.providerType === "openai_compatible" && price !== undefined && isFree(price);
}

function waitLimits({ option }: Candidate, nowMs: number): readonly QuotaViolation[] {
  const causes = causesIn(waitCausesOf(option, nowMs));
  const waitsFor = causes.length === 0 ? "others before it" : causes.join(", ");
  const description = `${option.deployment} waits for: ${waitsFor}`;
  return fullSubjects(option, nowMs).map((subject) => ({ subject, description }));
}
