import { type Context, context, trace } from "@opentelemetry/api";
import type { Call } from "../core/call.ts";
import type { ChatRequest } from "../core/chat.ts";
import { levelOf } from "../core/priority.ts";
import type { Refusal } from "../core/refusal.ts";
import { sleep } from "../core/sleep.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";
import { decideAfterFailure, type NextStep } from "../fallback/attempts/attempt-policy.ts";
import { usefulCandidates } from "../fallback/attempts/useful-candidates.ts";
import type { RoutedCandidate } from "../fallback/route.ts";
import { type AttemptOutcome, type AttemptPlan, makeAttempt } from "./attempt.ts";
import type { Candidate } from "./candidate.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { AttemptRecord, CompleteResult } from "./complete-result.ts";
import type { CompleterOptions, EventSink } from "./completer.ts";
import { type FittedRequest, fitContext } from "./fit-context.ts";
import { type CompletePlan, planComplete } from "./plan-complete.ts";
import { refuseFailed, refuseLeft } from "./refuse-failed.ts";
import { attemptEntry, refusalEntry } from "./request-entry.ts";
import { resultOf } from "./result-of.ts";
import { withDefaults } from "./with-defaults.ts";

/** Callers and timers end a call a moment before the deadline as it was computed here. */
const DEADLINE_SLACK_MS = 50;

/** The life of one Complete, from the request to the answer or the refusal. */
export class CompleteRun {
  readonly #options: CompleterOptions;
  readonly #command: CompleteCommand;
  readonly #call: Call;
  readonly #events: EventSink | undefined;
  readonly #request: ChatRequest;
  readonly #parent: Context = context.active();
  readonly #attempts: AttemptRecord[] = [];
  #plan: CompletePlan | undefined;
  /** Waits for turns that did not come, in milliseconds. */
  #waitedInVainMs = 0;
  /** Whether an attempt stands in the ledger as the one that ended the request. */
  #isEnded = false;

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
  }

  async run(): Promise<CompleteResult | Refusal> {
    const full = this.#options.refuseNew();
    if (full !== undefined) return full;
    const question = {
      command: this.#command,
      call: this.#call,
      request: this.#request,
      isStreamed: this.#events !== undefined,
      parent: this.#parent,
    };
    const plan = planComplete(question, this.#options);
    if (plan.kind === "refused") return this.#refuse(plan);
    this.#plan = plan;
    if (plan.refusal !== undefined) return this.#refuse(plan.refusal);
    return this.#try(plan.route.trial, plan.route.firstCause);
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
    const fitted = this.#fit(routed);
    if (fitted.kind === "refused")
      return { kind: "failed", refusal: fitted, untried, cause: "fallback_context" };
    const { candidate } = fitted;
    let cause = firstCause;
    let explanation = routed.explanation;
    for (let retryCount = 0; ; retryCount++) {
      const askedMs = this.#options.clock.monotonicMs();
      const outcome = await this.#attempt(fitted, cause, explanation);
      if (outcome.kind === "not_started") {
        this.#waitedInVainMs += this.#options.clock.monotonicMs() - askedMs;
        const isOver = outcome.refusal.reason === "BUDGET_EXCEEDED";
        const next = isOver ? "fallback_budget" : "fallback_wait";
        return { kind: "failed", refusal: outcome.refusal, untried, cause: next };
      }
      this.#attempts.push(outcome.record);
      if (outcome.kind === "answered") return this.#answered(fitted, outcome);
      const useful = usefulCandidates({ failed: routed.candidate, reason: outcome.error.reason, untried });
      const step = this.#decide(candidate, outcome, retryCount, useful.length);
      const isLast = step.kind === "stop";
      this.#record(candidate, outcome.record, isLast);
      if (step.kind === "retry_here" && (await sleep(this.#options.clock, step.delayMs, this.#call.signal))) {
        cause = "retry";
        explanation = step.explanation;
        continue;
      }
      const failed = refuseFailed(this.#attempts, outcome.error, step.explanation);
      return {
        kind: "failed",
        refusal: failed,
        untried: step.kind === "next_candidate" ? useful : [],
        cause: "fallback_error",
      };
    }
  }

  #attempt(
    { candidate, request }: FittedRequest,
    cause: AttemptCause,
    explanation: string,
  ): Promise<AttemptOutcome> {
    const { tenant } = this.#call.caller;
    const command = this.#command;
    const events = this.#events;
    const plan: AttemptPlan = {
      candidate,
      number: this.#attempts.length + 1,
      cause,
      explanation,
      request,
      providerOptions: command.providerOptions[candidate.deployment.provider] ?? {},
      start: {
        tenant,
        level: levelOf(command.priority),
        maxWaitMs: this.#remainingWaitMs(),
        deadlineMs: this.#call.deadlineMs,
        signal: this.#call.signal,
        ...(events !== undefined && {
          onQueued: (queued) => events.queued({ ...queued, model: candidate.model.id }),
        }),
      },
      spending: { maxCostNanoUsd: command.maxCostNanoUsd, spentNanoUsd: this.#spentNanoUsd() },
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
    const { strategy, maxAttemptCount } = this.#plan!.settings;
    return decideAfterFailure({
      reason: error.reason,
      strategy,
      tokensStreamed,
      attemptCount: this.#attempts.length,
      maxAttemptCount,
      retryCount,
      maxRetryCount: providerConfig.maxRetryCount,
      retryDelayMs: providerConfig.retryDelayMs,
      retryAfterMs: error.retryAfterMs,
      remainingMs: this.#remainingMs(),
      remainingWaitMs: this.#remainingWaitMs(),
      usefulCandidateCount,
      random: this.#options.random,
    });
  }

  #answered(
    { candidate, change }: FittedRequest,
    { answer, record }: Extract<AttemptOutcome, { kind: "answered" }>,
  ): AfterCandidate {
    this.#record(candidate, record, true);
    const result = resultOf({
      answer,
      model: candidate.model.id,
      attempts: this.#attempts,
      route: this.#plan!.route,
      candidates: this.#plan!.candidates.list,
      contextChange: change,
      requestId: this.#command.requestId,
    });
    return { kind: "answered", result };
  }

  #record(candidate: Candidate, record: AttemptRecord, isLast: boolean): void {
    this.#isEnded = isLast;
    this.#options.ledger.record(
      attemptEntry({
        wallMs: this.#options.clock.wallMs(),
        candidate,
        record,
        command: this.#command,
        tenant: this.#call.caller.tenant,
        isFirstChoice:
          candidate.deployment.id === this.#plan!.route.trial[0]!.candidate.deploymentId &&
          this.#isFirstOfAll(),
        afterRateLimit: this.#attempts.some(({ errorReason }) => errorReason === "RATE_LIMITED"),
        isLast,
        traceId: this.#traceId(),
      }),
    );
  }

  /** Whether the route begins with what is preferred, and not with what was left after passing others over. */
  #isFirstOfAll(): boolean {
    return this.#plan!.route.firstCause === "first_choice";
  }

  /** Ends the request without an answer. One that no attempt has ended gets a row of its own in the ledger. */
  #refuse(refusal: Refusal): Refusal {
    const answer = this.#isLeft() ? refuseLeft(this.#attempts, this.#isLate()) : refusal;
    if (!this.#isEnded) {
      this.#options.ledger.record(
        refusalEntry({
          wallMs: this.#options.clock.wallMs(),
          refusal: answer,
          command: this.#command,
          tenant: this.#call.caller.tenant,
          candidate: this.#plan?.candidates.list[0],
          traceId: this.#traceId(),
        }),
      );
    }
    return answer;
  }

  /** Whether the work was stopped from outside. Only who has come to an attempt can have been. */
  #isLeft(): boolean {
    return this.#plan !== undefined && this.#plan.route.trial.length > 0 && this.#call.signal.aborted;
  }

  #isLate(): boolean {
    const remainingMs = this.#remainingMs();
    return remainingMs !== undefined && remainingMs <= DEADLINE_SLACK_MS;
  }

  /** The candidate with the request as it gets it. */
  #fit({ candidate: { deploymentId }, fit }: RoutedCandidate): FittedRequest | Refusal {
    const candidate = this.#plan!.candidates.list.find(({ deployment }) => deployment.id === deploymentId)!;
    const key = { tenant: this.#call.caller.tenant, taskType: this.#command.taskType ?? "" };
    return fitContext(this.#request, candidate, fit, { estimator: this.#options.tools.estimator, key });
  }

  #spentNanoUsd(): bigint {
    return this.#attempts.reduce((sum, { cost }) => sum + (cost?.totalNanoUsd ?? 0n), 0n);
  }

  #remainingMs(): number | undefined {
    const { deadlineMs } = this.#call;
    return deadlineMs === undefined ? undefined : deadlineMs - this.#options.clock.monotonicMs();
  }

  /** What is left of `max_wait` after all the waits so far. */
  #remainingWaitMs(): number {
    const waitedMs = this.#attempts.reduce((sum, attempt) => sum + attempt.waitedMs, this.#waitedInVainMs);
    return Math.max(0, this.#plan!.settings.maxWaitMs - waitedMs);
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
