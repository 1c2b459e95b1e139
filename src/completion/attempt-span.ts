import { type Context, context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { AttemptError } from "../core/attempt-error.ts";
import type { Message } from "../core/chat.ts";
import type { Cost } from "../core/cost.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";
import type { Selection } from "../fallback/selection/select-models.ts";
import type { Wait } from "../scheduler/lease.ts";
import type { Candidate } from "./candidate.ts";
import { messagesJson } from "./messages-json.ts";

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
  readonly requestId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Empty: general. */
  readonly taskType: string;
  readonly tenant: string;
}

/** The arms of experiments as a span tells them, as `headway.experiment.prompt: "short"`. */
export function armAttributes(arms: Selection["arms"]): Record<string, string> {
  return Object.fromEntries(arms.map(({ experiment, arm }) => [`headway.experiment.${experiment}`, arm]));
}

function tagAttributes(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`headway.tag.${key}`, value]));
}

/** The span of one attempt, with `wait` and `call` beneath it where it is recorded. */
export class AttemptSpan {
  readonly #span: Span;
  readonly #context: Context;
  #child: Span | undefined;

  constructor(attempt: SpannedAttempt) {
    const { arms, candidate, cause, number, parent, requestId, tags, taskType, tenant } = attempt;
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
          "headway.request_id": requestId,
          "headway.tenant": tenant,
          ...(taskType !== "" && { "headway.task_type": taskType }),
          ...tagAttributes(tags),
          ...armAttributes(arms),
        },
      },
      parent,
    );
    this.#context = this.#span.isRecording() ? trace.setSpan(parent, this.#span) : parent;
  }

  /** The wait for a turn begins. */
  startWait(): void {
    this.#startChild("wait");
  }

  /** The wait is over, and the call begins. */
  startCall({ waitedMs, causes }: Wait): void {
    this.#span.setAttribute("headway.waited_ms", waitedMs);
    this.#child?.setAttributes({ "headway.waited_ms": waitedMs, "headway.wait_causes": [...causes] });
    this.#child?.end();
    this.#startChild("call");
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

  /** What was asked and answered; only where the user has turned that on. `answer` undefined: there is none. */
  recordContent(messages: readonly Message[], answer: Message | undefined): void {
    this.#span.setAttribute("gen_ai.input.messages", messagesJson(messages));
    if (answer !== undefined) this.#span.setAttribute("gen_ai.output.messages", messagesJson([answer]));
  }

  /** Of a streamed answer: when its first piece came, from the start of the call. */
  noteFirstToken(firstTokenMs: number | undefined): void {
    if (firstTokenMs !== undefined) this.#span.setAttribute("headway.first_token_ms", firstTokenMs);
  }

  /** The answer was passed on only when it was whole. */
  noteHeldBack(): void {
    this.#span.setAttribute("headway.held_back", true);
  }

  succeed(answer: {
    readonly usage: TokenUsage;
    readonly cost: Cost | undefined;
    readonly responseModel: string | undefined;
    readonly finishReason: string;
  }): void {
    this.#setUsage(answer.usage, answer.cost);
    if (answer.responseModel !== undefined)
      this.#span.setAttribute("gen_ai.response.model", answer.responseModel);
    this.#span.setAttribute("gen_ai.response.finish_reasons", [answer.finishReason]);
    this.#end();
  }

  fail(error: AttemptError, usage: TokenUsage | undefined, cost: Cost | undefined): void {
    if (usage !== undefined) this.#setUsage(usage, cost);
    this.#span.setAttribute("error.type", error.reason);
    if (error.statusCode !== undefined)
      this.#span.setAttribute("http.response.status_code", error.statusCode);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    this.#child?.setStatus({ code: SpanStatusCode.ERROR });
    this.#end();
  }

  /** The call was given up, since another attempt was faster. That is no failure. */
  giveUp(usage: TokenUsage | undefined, cost: Cost | undefined): void {
    if (usage !== undefined) this.#setUsage(usage, cost);
    this.#span.setAttribute("headway.overtaken", true);
    this.#end();
  }

  /** The call was not made: its turn would have come too late. */
  refuse(reason: string): void {
    this.#span.setAttribute("error.type", reason);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#end();
  }

  #setUsage(usage: TokenUsage, cost: Cost | undefined): void {
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
    if (cost === undefined) return;
    span.setAttribute("headway.cost_nano_usd", Number(cost.totalNanoUsd));
    span.setAttribute("headway.cost_input_nano_usd", Number(cost.inputNanoUsd));
    span.setAttribute("headway.cost_output_nano_usd", Number(cost.outputNanoUsd));
  }

  #startChild(name: string): void {
    if (this.#span.isRecording()) this.#child = tracer.startSpan(name, {}, this.#context);
  }

  #end(): void {
    this.#child?.end();
    this.#span.end();
  }
}
