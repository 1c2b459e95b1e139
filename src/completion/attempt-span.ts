import { type Context, context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { AttemptError } from "../core/attempt-error.ts";
import type { WaitCause } from "../core/limit.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";
import type { Selection } from "../fallback/selection/select-models.ts";
import type { Candidate } from "./candidate.ts";

const tracer = trace.getTracer("headway");

/** Runs `work` inside an internal span of this name. */
export function inSpan<Result>(name: string, parent: Context, work: (span: Span) => Result): Result {
  const span = tracer.startSpan(name, {}, parent);
  try {
    return work(span);
  } finally {
    span.end();
  }
}

/** GenAI names of provider types, where the conventions have one. */
const GEN_AI_PROVIDERS: Readonly<Record<string, string>> = { gemini: "gcp.gemini" };

/** What the span of an attempt tells of it from the start. */
export interface SpannedAttempt {
  readonly arms: Selection["arms"];
  readonly candidate: Candidate;
  readonly cause: AttemptCause;
  /** From 1. */
  readonly number: number;
  readonly parent: Context;
}

/** The arms of experiments as a span tells them, as `headway.experiment.prompt: "short"`. */
export function armAttributes(arms: Selection["arms"]): Record<string, string> {
  return Object.fromEntries(arms.map(({ experiment, arm }) => [`headway.experiment.${experiment}`, arm]));
}

/** The span of one attempt, with `wait` and `call` beneath it. */
export class AttemptSpan {
  readonly #span: Span;
  readonly #context: Context;
  #child: Span | undefined;

  constructor({ arms, candidate, cause, number, parent }: SpannedAttempt) {
    const { deployment } = candidate;
    this.#span = tracer.startSpan(
      `chat ${deployment.upstreamModel}`,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": GEN_AI_PROVIDERS[deployment.providerType] ?? deployment.providerType,
          "gen_ai.request.model": deployment.upstreamModel,
          "headway.attempt": number,
          "headway.attempt_cause": cause,
          "headway.deployment": deployment.id,
          "headway.model": deployment.model,
          ...armAttributes(arms),
        },
      },
      parent,
    );
    this.#context = trace.setSpan(parent, this.#span);
  }

  /** The wait for a turn begins. */
  startWait(): void {
    this.#child = tracer.startSpan("wait", {}, this.#context);
  }

  /** The wait is over, and the call begins. */
  startCall(waitedMs: number, causes: readonly WaitCause[]): void {
    this.#child?.setAttributes({ "headway.waited_ms": waitedMs, "headway.wait_causes": [...causes] });
    this.#child?.end();
    this.#child = tracer.startSpan("call", {}, this.#context);
  }

  /** What is active while the provider is called. */
  within<Result>(work: () => Result): Result {
    return context.with(this.#context, work);
  }

  /** How the call stood to the breaker of its deployment: as a probe or not, and the breaker's state after it. */
  noteBreaker(passage: "call" | "probe", state: string): void {
    this.#span.setAttribute("headway.breaker_state", state);
    if (passage === "probe") this.#span.setAttribute("headway.breaker_probe", true);
  }

  succeed(answer: {
    readonly usage: TokenUsage;
    readonly costNanoUsd: bigint | undefined;
    readonly responseModel: string | undefined;
    readonly finishReason: string;
  }): void {
    this.#setUsage(answer.usage, answer.costNanoUsd);
    if (answer.responseModel !== undefined)
      this.#span.setAttribute("gen_ai.response.model", answer.responseModel);
    this.#span.setAttribute("gen_ai.response.finish_reasons", [answer.finishReason]);
    this.#end();
  }

  fail(error: AttemptError, usage: TokenUsage | undefined, costNanoUsd: bigint | undefined): void {
    if (usage !== undefined) this.#setUsage(usage, costNanoUsd);
    this.#span.setAttribute("error.type", error.reason);
    if (error.statusCode !== undefined)
      this.#span.setAttribute("http.response.status_code", error.statusCode);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    this.#child?.setStatus({ code: SpanStatusCode.ERROR });
    this.#end();
  }

  /** The call was given up, since another attempt was faster. That is no failure. */
  giveUp(usage: TokenUsage | undefined, costNanoUsd: bigint | undefined): void {
    if (usage !== undefined) this.#setUsage(usage, costNanoUsd);
    this.#span.setAttribute("headway.overtaken", true);
    this.#end();
  }

  /** The call was not made: its turn would have come too late. */
  refuse(reason: string): void {
    this.#span.setAttribute("error.type", reason);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#end();
  }

  #setUsage(usage: TokenUsage, costNanoUsd: bigint | undefined): void {
    const span = this.#span;
    const set = (name: string, value: number | undefined): void => {
      if (value !== undefined) span.setAttribute(name, value);
    };
    set("gen_ai.usage.input_tokens", usage.inputTokens);
    set("gen_ai.usage.output_tokens", usage.outputTokens);
    set("gen_ai.usage.cache_read.input_tokens", usage.cachedInputTokens);
    set("gen_ai.usage.cache_creation.input_tokens", usage.cacheWriteInputTokens);
    set("gen_ai.usage.reasoning.output_tokens", usage.reasoningTokens);
    if (usage.estimated === true) span.setAttribute("headway.usage_estimated", true);
    if (costNanoUsd !== undefined) span.setAttribute("headway.cost_nano_usd", Number(costNanoUsd));
  }

  #end(): void {
    this.#child?.end();
    this.#span.end();
  }
}
