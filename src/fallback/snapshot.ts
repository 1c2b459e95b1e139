import type { QuotaViolation } from "../core/refusal.ts";
import type { BudgetVerdict } from "../cost/budget/budget-report.ts";

/** What a model or a request's needs may name: true is can, or must. */
export interface CapabilityFlags {
  readonly tools: boolean;
  readonly images: boolean;
  readonly jsonSchema: boolean;
  readonly streaming: boolean;
}

/** How a deployment came to be a candidate. */
export type CandidateOrigin =
  /** The request names it: `model` or `fallback_models`. */
  | { readonly kind: "requested" }
  /** The config names it: `routing.default_model`, `fallback_models` or `task_models`. */
  | { readonly kind: "configured" }
  /** The request's preset names it. */
  | { readonly kind: "preset"; readonly preset: string }
  /** The arm of an experiment that the request fell into names it. */
  | { readonly kind: "experiment"; readonly experiment: string; readonly arm: string }
  /** Nobody names it: Headway took it from the catalog. */
  | { readonly kind: "selected" };

/** Whether a deployment could be called by this tenant at all; `explanation` says why not and the way out. */
export type Availability =
  | { readonly kind: "available" }
  /** Switched off, or not offered on the account's tier. */
  | { readonly kind: "disabled"; readonly explanation: string }
  /** Without credentials. `missingVariable`: the variable that would complete them. */
  | {
      readonly kind: "not_configured";
      readonly explanation: string;
      readonly missingVariable: string | undefined;
    }
  | { readonly kind: "not_allowed"; readonly explanation: string };

/** State of a deployment's breaker as routing sees it. */
export type BreakerView =
  | { readonly kind: "closed" }
  /** No call passes for another `retryAfterMs`. */
  | { readonly kind: "open"; readonly retryAfterMs: number }
  /** One call may pass as a probe; when `probing`, one is on its way and no other passes. */
  | { readonly kind: "half_open"; readonly probing: boolean };

/** All that routing knows of one deployment at the moment of one request. Built at the edge, never changed. */
export interface CandidateSnapshot {
  /** `openai/gpt-4o-mini#eu`; the model's id when it has only one. Unique among the candidates. */
  readonly deploymentId: string;
  readonly modelId: string;
  /** The key under `providers`. */
  readonly provider: string;
  /** Place of the model in the list it comes from, from 0; the deployments of one model share it. */
  readonly rank: number;
  readonly origin: CandidateOrigin;
  /** Runs on the user's own machines, or is known to cost nothing. False for a stand-in such as `echo`. */
  readonly isLocalFree: boolean;
  /** The provider's `priority`; 1 is tried first. */
  readonly providerPriority: number;
  /** 1 to 10; higher is better. Undefined: not known. */
  readonly quality: number | undefined;
  /** Share in the strategy `weighted`, 0 or more; 0: only when all others are gone. */
  readonly weight: number;
  readonly availability: Availability;
  readonly capabilities: CapabilityFlags;
  /** Tokens of input and output together. Undefined: not known, and then the provider decides. */
  readonly contextWindowTokens: number | undefined;
  /** The most tokens it can write. Undefined: not known. */
  readonly maxOutputTokens: number | undefined;
  /** Tokens of the input as this model counts them. */
  readonly inputTokens: number;
  /** Input and output together, as they would be reserved. */
  readonly reservedTokens: number;
  /** The least that one of its token limits ever lets pass. Undefined: no token limit. */
  readonly tokenCap: number | undefined;
  readonly breaker: BreakerView;
  readonly budget: BudgetVerdict;
  /** The most this request is expected to cost. Undefined: the price is not known. */
  readonly worstCostNanoUsd: bigint | undefined;
  /** True: so many wait for it already that no other is let in. */
  readonly queueFull: boolean;
  /** Until the planned start; 0: at once. Infinity: nobody can say, since only the end of a running call makes room. */
  readonly predictedWaitMs: number;
  /** The same when those before it use as little as usual. Undefined: nothing is known yet. */
  readonly likelyWaitMs: number | undefined;
  /** The limits that make it wait; empty when it starts at once. */
  readonly waitLimits: readonly QuotaViolation[];
  /** A high quantile of recent times to the first token, or to the answer. Undefined: not measured lately. */
  readonly latencyMs: number | undefined;
  /** The part of its scarcest limit that is free, 0 to 1; 1 when nothing limits it. */
  readonly capacityLeft: number;
}
