import {
  AttemptCause as ProtoAttemptCause,
  AttemptOutcome as ProtoAttemptOutcome,
} from "../../gen/es/headway/v1/attempt_pb.js";
import { CandidateVerdict as ProtoVerdict } from "../../gen/es/headway/v1/candidate_pb.js";
import {
  CacheMode as ProtoCacheMode,
  FinishReason as ProtoFinishReason,
} from "../../gen/es/headway/v1/complete_pb.js";
import { AttemptErrorReason as ProtoAttemptErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { LimitMetric } from "../../gen/es/headway/v1/limit_pb.js";
import {
  FallbackStrategy,
  ContextStrategy as ProtoContextStrategy,
  Priority as ProtoPriority,
  Quality,
} from "../../gen/es/headway/v1/routing_pb.js";
import { SlotOutcome as ProtoSlotOutcome } from "../../gen/es/headway/v1/slots_pb.js";
import { WaitCause as ProtoWaitCause } from "../../gen/es/headway/v1/wait_pb.js";
import type { CacheMode, QualityPreference } from "../completion/complete-request.ts";
import type { AttemptOutcome } from "../completion/complete-result.ts";
import type { ContextStrategy, Strategy } from "../config/config.ts";
import type { AttemptErrorReason } from "../core/attempt-error.ts";
import type { FinishReason } from "../core/chat.ts";
import type { Metric, WaitCause } from "../core/limit.ts";
import type { Priority } from "../core/priority.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";
import type { CandidateVerdict } from "../fallback/verdict.ts";
import type { SlotOutcome } from "../scheduler/slot-settlement.ts";

/*
 * The enums of the contract beside the words of the domain. Words that come in are looked up by number, words that go
 * out by name; the types see to it that none is forgotten on the way out.
 */

export const PRIORITIES: Readonly<Record<number, Priority>> = {
  [ProtoPriority.HIGH]: "high",
  [ProtoPriority.NORMAL]: "normal",
  [ProtoPriority.LOW]: "low",
  [ProtoPriority.BATCH]: "batch",
};

export const STRATEGIES: Readonly<Record<number, Strategy>> = {
  [FallbackStrategy.SMART]: "smart_fallback",
  [FallbackStrategy.COST_OPTIMIZED]: "cost_optimized",
  [FallbackStrategy.QUALITY_OPTIMIZED]: "quality_optimized",
  [FallbackStrategy.ROUND_ROBIN]: "round_robin",
  [FallbackStrategy.FAIL_FAST]: "fail_fast",
  [FallbackStrategy.LATENCY_OPTIMIZED]: "latency_optimized",
  [FallbackStrategy.EARLIEST_START]: "earliest_start",
  [FallbackStrategy.WEIGHTED]: "weighted",
  [FallbackStrategy.BALANCED]: "balanced",
};

export const CONTEXT_STRATEGIES: Readonly<Record<number, ContextStrategy>> = {
  [ProtoContextStrategy.ERROR]: "error",
  [ProtoContextStrategy.FALLBACK]: "fallback",
  [ProtoContextStrategy.TRUNCATE]: "truncate",
  [ProtoContextStrategy.CHUNK]: "chunk",
  [ProtoContextStrategy.AUTO]: "auto",
};

export const QUALITIES: Readonly<Record<number, QualityPreference>> = {
  [Quality.SPEED]: "speed",
  [Quality.COST]: "cost",
  [Quality.BALANCED]: "balanced",
  [Quality.QUALITY]: "quality",
};

export const CACHE_MODES: Readonly<Record<number, CacheMode>> = {
  [ProtoCacheMode.BYPASS]: "bypass",
  [ProtoCacheMode.USE]: "use",
};

export const SLOT_OUTCOMES: Readonly<Record<number, SlotOutcome>> = {
  [ProtoSlotOutcome.SUCCEEDED]: "succeeded",
  [ProtoSlotOutcome.FAILED]: "failed",
  [ProtoSlotOutcome.RATE_LIMITED]: "rate_limited",
};

export const FINISH_REASON_NUMBERS: Readonly<Record<FinishReason, ProtoFinishReason>> = {
  stop: ProtoFinishReason.STOP,
  length: ProtoFinishReason.LENGTH,
  tool_calls: ProtoFinishReason.TOOL_CALLS,
  content_filter: ProtoFinishReason.CONTENT_FILTER,
  other: ProtoFinishReason.OTHER,
};

export const WAIT_CAUSE_NUMBERS: Readonly<Record<WaitCause, ProtoWaitCause>> = {
  requests_window: ProtoWaitCause.REQUESTS_WINDOW,
  tokens_window: ProtoWaitCause.TOKENS_WINDOW,
  daily_window: ProtoWaitCause.DAILY_WINDOW,
  spacing: ProtoWaitCause.SPACING,
  concurrency: ProtoWaitCause.CONCURRENCY,
  provider_hold: ProtoWaitCause.PROVIDER_HOLD,
  queue: ProtoWaitCause.QUEUE,
};

export const METRIC_NUMBERS: Readonly<Record<Metric, LimitMetric>> = {
  requests: LimitMetric.REQUESTS,
  tokens: LimitMetric.TOKENS,
  input_tokens: LimitMetric.INPUT_TOKENS,
  output_tokens: LimitMetric.OUTPUT_TOKENS,
  concurrent: LimitMetric.CONCURRENT,
};

export const ATTEMPT_OUTCOME_NUMBERS: Readonly<Record<AttemptOutcome, ProtoAttemptOutcome>> = {
  succeeded: ProtoAttemptOutcome.SUCCEEDED,
  failed: ProtoAttemptOutcome.FAILED,
  cancelled: ProtoAttemptOutcome.CANCELLED,
};

export const ATTEMPT_CAUSE_NUMBERS: Readonly<Record<AttemptCause, ProtoAttemptCause>> = {
  first_choice: ProtoAttemptCause.FIRST_CHOICE,
  retry: ProtoAttemptCause.RETRY,
  fallback_error: ProtoAttemptCause.FALLBACK_ERROR,
  fallback_wait: ProtoAttemptCause.FALLBACK_WAIT,
  fallback_context: ProtoAttemptCause.FALLBACK_CONTEXT,
  fallback_budget: ProtoAttemptCause.FALLBACK_BUDGET,
  fallback_unavailable: ProtoAttemptCause.FALLBACK_UNAVAILABLE,
  hedge: ProtoAttemptCause.HEDGE,
  chunk: ProtoAttemptCause.CHUNK,
};

export const ATTEMPT_ERROR_REASON_NUMBERS: Readonly<Record<AttemptErrorReason, ProtoAttemptErrorReason>> = {
  CONNECTION: ProtoAttemptErrorReason.CONNECTION,
  TIMEOUT: ProtoAttemptErrorReason.TIMEOUT,
  RATE_LIMITED: ProtoAttemptErrorReason.RATE_LIMITED,
  AUTHENTICATION: ProtoAttemptErrorReason.AUTHENTICATION,
  QUOTA_EXCEEDED: ProtoAttemptErrorReason.QUOTA_EXCEEDED,
  MODEL_NOT_FOUND: ProtoAttemptErrorReason.MODEL_NOT_FOUND,
  VALIDATION: ProtoAttemptErrorReason.VALIDATION,
  CONTEXT_TOO_LONG: ProtoAttemptErrorReason.CONTEXT_TOO_LONG,
  CONTENT_FILTERED: ProtoAttemptErrorReason.CONTENT_FILTERED,
  OVERLOADED: ProtoAttemptErrorReason.OVERLOADED,
  SERVER_ERROR: ProtoAttemptErrorReason.SERVER_ERROR,
  CANCELLED: ProtoAttemptErrorReason.CANCELLED,
  UNKNOWN: ProtoAttemptErrorReason.UNKNOWN,
};

export const VERDICT_NUMBERS: Readonly<Record<CandidateVerdict, ProtoVerdict>> = {
  eligible: ProtoVerdict.ELIGIBLE,
  not_configured: ProtoVerdict.NOT_CONFIGURED,
  disabled: ProtoVerdict.DISABLED,
  not_allowed: ProtoVerdict.NOT_ALLOWED,
  capability_missing: ProtoVerdict.CAPABILITY_MISSING,
  context_too_small: ProtoVerdict.CONTEXT_TOO_SMALL,
  limit_too_small: ProtoVerdict.LIMIT_TOO_SMALL,
  wait_too_long: ProtoVerdict.WAIT_TOO_LONG,
  queue_full: ProtoVerdict.QUEUE_FULL,
  over_budget: ProtoVerdict.OVER_BUDGET,
  price_unknown: ProtoVerdict.PRICE_UNKNOWN,
  breaker_open: ProtoVerdict.BREAKER_OPEN,
};
