import type { ContextStrategy, Strategy } from "../config/config.ts";
import type { ChatRequest, JsonObject } from "../core/chat.ts";
import type { Priority } from "../core/priority.ts";

/** Whether a stored answer may be used: as configured, neither looked up nor stored, or both at any temperature. */
export type CacheMode = "default" | "bypass" | "use";

/** What matters most when the caller names no model. */
export type QualityPreference = "speed" | "cost" | "balanced" | "quality";

/**
 * A Complete as the caller asked for it: checked against every bound of the contract, with nothing filled in from the
 * configuration. Undefined: the caller left it open.
 */
export interface CompleteCommand {
  /** The conversation and its sampling settings. */
  readonly request: ChatRequest;
  /** `provider/model` or a deployment's name. Undefined: the default model, or the one for the task type. */
  readonly model: string | undefined;
  /** Empty: the configured ones. */
  readonly fallbackModels: readonly string[];
  readonly strategy: Strategy | undefined;
  readonly contextStrategy: ContextStrategy | undefined;
  /** Most calls of providers, retries included; 1 to 100. */
  readonly maxAttemptCount: number | undefined;
  /** Longest wait for a turn in milliseconds; 0: only when it can start at once. */
  readonly maxWaitMs: number | undefined;
  readonly priority: Priority;
  /** At most 64 characters. Undefined: general. */
  readonly taskType: string | undefined;
  readonly quality: QualityPreference | undefined;
  /** Most that all attempts together may cost, in 10⁻⁹ US dollars; 0: only free models. */
  readonly maxCostNanoUsd: bigint | undefined;
  /** Name of a bundle of settings. Not checked to exist. */
  readonly preset: string | undefined;
  /** The caller's labels; at most 32. */
  readonly tags: Readonly<Record<string, string>>;
  /** The caller's name for the request, or one that was made for it; never empty. */
  readonly requestId: string;
  readonly cacheMode: CacheMode;
  /** Whether another candidate is called too when one is slower than usual. Undefined: as configured. */
  readonly hedge: boolean | undefined;
  /** Further fields of the providers' own requests, by provider name. */
  readonly providerOptions: Readonly<Record<string, JsonObject>>;
}
