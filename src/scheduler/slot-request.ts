import type { Priority } from "../core/priority.ts";

/**
 * The right to start one call, as the caller asked for it: checked against every bound of the contract, with nothing
 * filled in from the configuration. Undefined: the caller left it open.
 *
 * Tokens come in one of three forms: both sides known (`totalTokens` is then their sum, or more when the caller said
 * so); the input alone, when the output is to be estimated; or the total alone, when either side may be all of it.
 */
export interface SlotRequest {
  /** `provider/model`s in order of preference. Empty: the default model. */
  readonly models: readonly string[];
  /** Undefined only when the total alone is known. */
  readonly inputTokens: number | undefined;
  /** The most that may be written. */
  readonly outputTokens: number | undefined;
  readonly totalTokens: number | undefined;
  /** Longest wait in milliseconds; 0: only when it can start at once. */
  readonly maxWaitMs: number | undefined;
  /** Life of the slot in milliseconds, above 0. */
  readonly leaseDurationMs: number | undefined;
  readonly priority: Priority;
  /** The caller's labels; at most 32. */
  readonly tags: Readonly<Record<string, string>>;
  /** The caller's name for the request, or one that was made for it; never empty. */
  readonly requestId: string;
}
