import { type Context, context, trace } from "@opentelemetry/api";
import type { Call } from "../core/call.ts";
import type { ChatRequest } from "../core/chat.ts";
import { levelOf } from "../core/priority.ts";
import type { Refusal } from "../core/refusal.ts";
import { sleep } from "../core/sleep.ts";
import { decideAfterFailure, type NextStep } from "../fallback/attempts/attempt-policy.ts";
import { usefulCandidates } from "../fallback/attempts/useful-candidates.ts";
import { type Route, type RoutedCandidate, route } from "../fallback/route.ts";
import { type AttemptOutcome, type AttemptPlan, makeAttempt } from "./attempt.ts";
import { inSpan } from "./attempt-span.ts";
import type { Candidate } from "./candidate.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { AttemptCause, AttemptRecord, CompleteResult } from "./complete-result.ts";
import type { CompleterOptions, EventSink } from "./completer.ts";
import { needsOf } from "./needs.ts";
import { attemptEntry, refusalEntry } from "./request-entry.ts";
import { resultOf } from "./result-of.ts";
import { refuseFailed, refuseRoute } from "./route-refusal.ts";
import { snapshotOf } from "./snapshot-of.ts";

/** The life of one Complete, from the request to the answer or the refusal. */
export class CompleteRun {
  readonly #options: CompleterOptions;
  readonly #command: CompleteCommand;
  readonly #call: Call;
  readonly #events: EventSink | undefined;
  readonly #request: ChatRequest;
  readonly #parent: Context = context.active();
  readonly #maxWaitMs: number;
  readonly #attempts: AttemptRecord[] = [];
  #candidates: readonly Candidate[] = [];
  #route: Route | undefined;

  constructor(
    options: CompleterOptions,
    command: CompleteCommand,
    call: Call,
    events: EventSink | undefined,
  ) {
    this.#options = options;
    this.#command = command;
    this.#call = call;
    this.#events = events;
    this.#request = withDefaults(command.request, options.config.defaults);
    this.#maxWaitMs = command.maxWaitMs ?? options.config.scheduler.maxWaitMs;
  }

  async run(): Promise<CompleteResult | Refusal> {
    const candidates = this.#options.candidates.of(this.#command, this.#request, this.#call);
    if ("kind" in candidates) return this.#refuse(candidates);
    this.#candidates = candidates;
    this.#route = inSpan("route", this.#parent, (span) => {
      const planned = this.#plan();
      span.setAttribute(
        "headway.route",
        planned.trial.map(({ candidate }) => candidate.deploymentId),
      );
      return planned;
    });
    if (this.#route.trial.length === 0) return this.#refuse(refuseRoute(this.#route.decisive));
    return this.#try(this.#route.trial, this.#route.firstCause);
  }

  #plan(): Route {
    const { clock, config, random, scheduler, turns } = this.#options;
    const command = this.#command;
    const level = levelOf(command.priority);
    const { tenant } = this.#call.caller;
    const { perRequestNanoUsd } = config.budgets;
    const maxCostNanoUsd = least(command.maxCostNanoUsd, perRequestNanoUsd);
    const snapshots = this.#candidates.map((candidate) =>
      snapshotOf(candidate, { clock, scheduler, config, tenant, level, maxCostNanoUsd }),
    );
    return route(snapshots, {
      strategy: command.strategy ?? config.routing.strategy,
      contextStrategy: command.contextStrategy ?? config.routing.contextStrategy,
      needs: needsOf(this.#request, {
        streaming: this.#events !== undefined,
        maxWaitMs: this.#maxWaitMs,
        remainingMs: this.#remainingMs(),
      }),
      quality: command.quality,
      turn: turns.next(),
      random,
    });
  }

  /** Goes through the candidates until one has answered or nothing is left to try. */
  async #try(trial: readonly RoutedCandidate[], firstCause: AttemptCause): Promise<CompleteResult | Refusal> {
    let untried = trial;
    let cause = firstCause;
    let refusal: Refusal | undefined;
    while (untried.length > 0) {
      const routed = untried[0]!;
      untried = untried.slice(1);
      const after = await this.#tryOne(routed, untried, cause);
      if (after.kind === "answered") return after.result;
      refusal = after.refusal;
      untried = after.untried;
      cause = after.cause;
    }
    return this.#refuse(refusal!);
  }

  /** Calls one candidate, and again as long as that may help. */
  async #tryOne(
    routed: RoutedCandidate,
    untried: readonly RoutedCandidate[],
    firstCause: AttemptCause,
  ): Promise<AfterCandidate> {
    const candidate = this.#candidateOf(routed);
    let cause = firstCause;
    let explanation = routed.explanation;
    for (let retryCount = 0; ; retryCount++) {
      const outcome = await this.#attempt(candidate, cause, explanation);
      if (outcome.kind === "not_started") {
        return { kind: "failed", refusal: outcome.refusal, untried, cause: "fallback_wait" };
      }
      this.#attempts.push(outcome.record);
      if (outcome.kind === "answered") return this.#answered(candidate, outcome);
      const useful = usefulCandidates({ failed: routed.candidate, reason: outcome.error.reason, untried });
      const step = this.#decide(candidate, outcome, retryCount, useful.length);
      const isLast = step.kind === "stop";
      this.#record(candidate, outcome.record, isLast);
      if (step.kind === "retry_here" && (await sleep(this.#options.clock, step.delayMs, this.#call.signal))) {
        cause = "retry";
        explanation = step.explanation;
        continue;
      }
      const failed = refuseFailed(this.#attempts, outcome.error, step.explanation, this.#call.signal.aborted);
      return {
        kind: "failed",
        refusal: failed,
        untried: step.kind === "next_candidate" ? useful : [],
        cause: "fallback_error",
      };
    }
  }

  #attempt(candidate: Candidate, cause: AttemptCause, explanation: string): Promise<AttemptOutcome> {
    const { tenant } = this.#call.caller;
    const command = this.#command;
    const events = this.#events;
    const plan: AttemptPlan = {
      candidate,
      number: this.#attempts.length + 1,
      cause,
      explanation,
      request: this.#request,
      providerOptions: command.providerOptions[candidate.deployment.provider] ?? {},
      start: {
        tenant,
        level: levelOf(command.priority),
        maxWaitMs: this.#remainingWaitMs(),
        deadlineMs: this.#call.deadlineMs,
        signal: this.#call.signal,
        ...(events !== undefined && {
          onQueued: (queued) =>
            events.queued({ ...queued, likelyWaitMs: undefined, model: candidate.model.id }),
        }),
      },
      tenant,
      taskType: command.taskType ?? "",
      sink: events,
      parent: this.#parent,
    };
    return makeAttempt(plan, this.#options.tools);
  }

  #decide(
    { providerConfig }: Candidate,
    { error, tokensStreamed }: Extract<AttemptOutcome, { kind: "failed" }>,
    retryCount: number,
    usefulCandidateCount: number,
  ): NextStep {
    const { config, random } = this.#options;
    return decideAfterFailure({
      reason: error.reason,
      strategy: this.#command.strategy ?? config.routing.strategy,
      tokensStreamed,
      attemptCount: this.#attempts.length,
      maxAttemptCount: this.#command.maxAttemptCount ?? config.routing.maxAttemptCount,
      retryCount,
      maxRetryCount: providerConfig.maxRetryCount,
      retryDelayMs: providerConfig.retryDelayMs,
      retryAfterMs: error.retryAfterMs,
      remainingMs: this.#remainingMs(),
      remainingWaitMs: this.#remainingWaitMs(),
      usefulCandidateCount,
      random,
    });
  }

  #answered(
    candidate: Candidate,
    { answer, record }: Extract<AttemptOutcome, { kind: "answered" }>,
  ): AfterCandidate {
    this.#record(candidate, record, true);
    const result = resultOf({
      answer,
      model: candidate.model.id,
      attempts: this.#attempts,
      route: this.#route!,
      candidates: this.#candidates,
      requestId: this.#command.requestId,
    });
    return { kind: "answered", result };
  }

  #record(candidate: Candidate, record: AttemptRecord, isLast: boolean): void {
    this.#options.ledger.record(
      attemptEntry({
        wallMs: this.#options.clock.wallMs(),
        candidate,
        record,
        command: this.#command,
        tenant: this.#call.caller.tenant,
        isFirstChoice:
          candidate.deployment.id === this.#route!.trial[0]!.candidate.deploymentId && this.#isFirstOfAll(),
        afterRateLimit: this.#attempts.some(({ errorReason }) => errorReason === "RATE_LIMITED"),
        isLast,
        traceId: this.#traceId(),
      }),
    );
  }

  /** Whether the route begins with what is preferred, and not with what was left after passing others over. */
  #isFirstOfAll(): boolean {
    return this.#route!.firstCause === "first_choice";
  }

  /** Ends the request without an answer. A request with no attempt gets a row of its own in the ledger. */
  #refuse(refusal: Refusal): Refusal {
    const last = this.#attempts.at(-1);
    if (last === undefined || refusal.reason !== "ALL_ATTEMPTS_FAILED") {
      this.#options.ledger.record(
        refusalEntry({
          wallMs: this.#options.clock.wallMs(),
          refusal,
          command: this.#command,
          tenant: this.#call.caller.tenant,
          candidate: this.#candidates[0],
          traceId: this.#traceId(),
        }),
      );
    }
    return refusal;
  }

  #candidateOf(routed: RoutedCandidate): Candidate {
    return this.#candidates.find(({ deployment }) => deployment.id === routed.candidate.deploymentId)!;
  }

  #remainingMs(): number | undefined {
    const { deadlineMs } = this.#call;
    return deadlineMs === undefined ? undefined : deadlineMs - this.#options.clock.monotonicMs();
  }

  /** What is left of `max_wait` after the waits of the attempts so far. */
  #remainingWaitMs(): number {
    return Math.max(
      0,
      this.#attempts.reduce((left, { waitedMs }) => left - waitedMs, this.#maxWaitMs),
    );
  }

  #traceId(): string {
    const spanContext = trace.getSpanContext(this.#parent);
    return spanContext === undefined ? "" : spanContext.traceId;
  }
}

/** What became of one candidate. */
type AfterCandidate =
  | { readonly kind: "answered"; readonly result: CompleteResult }
  | {
      readonly kind: "failed";
      /** The answer to the request if nothing else is tried. */
      readonly refusal: Refusal;
      readonly untried: readonly RoutedCandidate[];
      /** Why the next would be tried. */
      readonly cause: AttemptCause;
    };

function withDefaults(
  request: ChatRequest,
  defaults: { readonly temperature: number | undefined; readonly maxOutputTokens: number | undefined },
): ChatRequest {
  const temperature = request.temperature ?? defaults.temperature;
  const maxOutputTokens = request.maxOutputTokens ?? defaults.maxOutputTokens;
  if (temperature === request.temperature && maxOutputTokens === request.maxOutputTokens) return request;
  return {
    ...request,
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  };
}

function least(left: bigint | undefined, right: bigint | undefined): bigint | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left < right ? left : right;
}
