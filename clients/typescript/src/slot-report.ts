import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type SettleSlotRequestSchema, SlotOutcome } from "./gen/slots_pb.js";
import { tokens } from "./slot-request.ts";

/** Tokens a provider reported. What it did not report is undefined; 0 means none. */
export interface TokenUsage {
  /** The whole prompt, cached tokens included. */
  readonly inputTokens?: number | undefined;
  /** The whole answer, reasoning included. */
  readonly outputTokens?: number | undefined;
  /** The part of the input that was read from the provider's cache. */
  readonly cachedInputTokens?: number | undefined;
  /** The part of the input that was written to the provider's cache. */
  readonly cacheWriteInputTokens?: number | undefined;
  /** The part of the output that was spent on reasoning. */
  readonly reasoningTokens?: number | undefined;
  /** Input and output together, for who knows only the total. */
  readonly totalTokens?: number | undefined;
}

/** How the call in a slot ended. */
export interface SlotReport {
  /** Undefined: not known; then all that was reserved stays charged. */
  readonly usage?: TokenUsage | undefined;
  /** Default: succeeded. */
  readonly outcome?: "succeeded" | "failed" | "rate_limited" | undefined;
  /** HTTP status of the provider. */
  readonly statusCode?: number | undefined;
  /** How long the provider asked to wait. */
  readonly retryAfterMs?: number | undefined;
  /** The provider's headers; those about rate limits are handed on, others are left out. */
  readonly headers?: Headers | Readonly<Record<string, string>> | undefined;
}

const OUTCOMES = {
  succeeded: SlotOutcome.SUCCEEDED,
  failed: SlotOutcome.FAILED,
  rate_limited: SlotOutcome.RATE_LIMITED,
};

const RATE_LIMIT_HEADER = /^(x-ratelimit-|anthropic-ratelimit-|retry-after)/i;

/** As the RPC wants it. */
export function settleRequestOf(
  slotId: string,
  report: SlotReport,
): MessageInitShape<typeof SettleSlotRequestSchema> {
  const { usage, outcome = "succeeded", statusCode, retryAfterMs, headers } = report;
  return {
    slotId,
    outcome: OUTCOMES[outcome],
    ...(usage !== undefined && { usage: countsOf(usage) }),
    ...(statusCode !== undefined && { providerStatusCode: statusCode }),
    ...(retryAfterMs !== undefined && { retryAfter: durationFromMs(Math.round(retryAfterMs)) }),
    ...(headers !== undefined && { providerHeaders: rateLimitHeaders(headers) }),
  };
}

/** What can be learned of a failed call from the error its SDK threw: those of OpenAI and Anthropic tell both. */
export function reportOfError(error: unknown): SlotReport {
  const { status, headers } = (typeof error === "object" && error !== null ? error : {}) as {
    status?: unknown;
    headers?: unknown;
  };
  const statusCode = typeof status === "number" && status >= 100 && status <= 599 ? status : undefined;
  return {
    outcome: statusCode === 429 ? "rate_limited" : "failed",
    statusCode,
    ...(isHeaders(headers) && { headers }),
  };
}

function isHeaders(value: unknown): value is Headers | Record<string, string> {
  return typeof value === "object" && value !== null;
}

function countsOf(usage: TokenUsage): Record<string, bigint> {
  const counts: Record<string, bigint> = {};
  for (const [name, count] of Object.entries(usage)) if (count !== undefined) counts[name] = tokens(count);
  return counts;
}

function rateLimitHeaders(headers: Headers | Readonly<Record<string, string>>): Record<string, string> {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(
    entries.filter(([name, value]) => RATE_LIMIT_HEADER.test(name) && typeof value === "string"),
  );
}
