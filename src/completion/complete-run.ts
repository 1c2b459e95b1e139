import { type Context, context } from "@opentelemetry/api";
import type { Call } from "../core/call.ts";
import type { ChatRequest } from "../core/chat.ts";
import { levelOf } from "../core/priority.ts";
import type { Refusal } from "../core/refusal.ts";
import { sleep } from "../core/sleep.ts";
import { type AttemptCause, causeAfterRefusal } from "../fallback/attempts/attempt-cause.ts";
import { decideAfterFailure, type NextStep } from "../fallback/attempts/attempt-policy.ts";
import { usefulCandidates } from "../fallback/attempts/useful-candidates.ts";
import type { RoutedCandidate } from "../fallback/route.ts";
import { type AttemptOutcome, type AttemptPlan, makeAttempt } from "./attempt.ts";
import { AttemptLog } from "./attempt-log.ts";
import type { Candidate } from "./candidate.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { CompleteResult } from "./complete-result.ts";
import type { CompleterOptions, EventSink } from "./completer.ts";
import { isLate, remainingMs } from "./deadline.ts";
import { type FittedRequest, fitContext } from "./fit-context.ts";
import { type CompletePlan, planComplete } from "./plan-complete.ts";
import { type HedgeOptions, planHedge } from "./plan-hedge.ts";
import { type Hedge, type RaceOutcome, raceAttempts } from "./race-attempts.ts";
import { refuseFailed, refuseLeft, refuseTried } from "./refuse-failed.ts";
import { resultOf } from "./result-of.ts";
import { withDefaults } from "./with-defaults.ts";

/** The life of one Complete, from the request to the answer or the refusal. */
export class CompleteRun {
  readonly #options: CompleterOptions;
  readonly #command: CompleteCommand;
  readonly #call: Call;
  readonly #events: EventSink | undefined;
  readonly #request: ChatRequest;
  readonly #parent: Context = context.active();
  readonly #log: AttemptLog;
  #plan: CompletePlan | undefined;
  /** Waits for turns that did not come, in milliseconds. */
  #waitedInVainMs = 0;
  #hasHedged = false;

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
    const { clock, ledger } = options;
    const { tenant } = call.caller;
    this.#log = new AttemptLog({ clock, ledger, command, tenant, parent: this.#parent });
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
    this.#log.label(plan.candidates.labels);
    if (plan.refusal !== undefined) return this.#refuse(plan.refusal);
    return this.#try(plan.route.trial, plan.route.firstCause);
  }

  /** Goes through the candidates until one has answered or nothing is left to try. */
  async #try(trial: readonly RoutedCandidate[], firstCause: AttemptCause): Promise<CompleteResult | Refusal> {
    let untried = trial;
    let cause = firstCause;
    const notStarted: Refusal[] = [];
    let failure: Refusal | undefined;
    while (untried.length > 0) {
      const routed = untried[0]!;
      untried = untried.slice(1);
      const after = await this.#tryOne(routed, untried, cause);
      if (after.kind === "answered") return after.result;
      if (after.kind === "failed") failure = after.refusal;
      else notStarted.push(after.refusal);
      untried = after.untried;
      cause = after.cause;
    }
    return this.#refuse(refuseTried(failure, notStarted, this.#plan!.route));
  }

  /** Calls one candidate, and again as long as that may help. */
  async #tryOne(
    routed: RoutedCandidate,
    untried: readonly RoutedCandidate[],
    firstCause: AttemptCause,
  ): Promise<AfterCandidate> {
    const fitted = this.#fit(routed);
    if (fitted.kind === "refused") {
      return { kind: "not_started", refusal: fitted, untried, cause: "fallback_context" };
    }
    const { candidate } = fitted;
    let others = untried;
    let cause = firstCause;
    let explanation = routed.explanation;
    for (let retryCount = 0; ; retryCount++) {
      const askedMs = this.#options.clock.monotonicMs();
      const race = await this.#attempt(this.#planAttempt(fitted, cause, explanation), others);
      if (race.first.kind === "not_started") {
        this.#waitedInVainMs += this.#options.clock.monotonicMs() - askedMs;
        const { refusal } = race.first;
        // Another server can still take it, while every other model here would only be refused as well.
        const left = refusal.reason === "SHUTTING_DOWN" ? [] : others;
        return { kind: "not_started", refusal, untried: left, cause: causeAfterRefusal(refusal.reason) };
      }
      const { outcome, answering } = this.#settleRace(fitted, race);
      const hedged = race.second?.fitted.candidate.deployment.id;
      others = others.filter((other) => other.candidate.deploymentId !== hedged);
      if (outcome.kind === "answered") return this.#answered(answering, outcome);
      const useful = usefulCandidates({
        failed: routed.candidate,
        reason: outcome.error.reason,
        untried: others,
      });
      const step = this.#decide(candidate, outcome, retryCount, useful.length);
      this.#log.record(outcome.row, step.kind === "stop");
      if (step.kind === "retry_here" && (await sleep(this.#options.clock, step.delayMs, this.#call.signal))) {
        cause = "retry";
        explanation = step.explanation;
        continue;
      }
      const failed = refuseFailed(this.#log.attempts, outcome.error, step.explanation);
      return {
        kind: "failed",
        refusal: failed,
        untried: step.kind === "next_candidate" ? useful : [],
        cause: "fallback_error",
      };
    }
  }

  /** Notes the attempts of a race, and says which of them decides what follows. */
  #settleRace(fitted: FittedRequest, { first, second, isSecondDecisive }: RaceOutcome): Decisive {
    const own = { outcome: first as Decisive["outcome"], answering: fitted };
    this.#log.add(own.outcome.record);
    if (second === undefined) return own;
    this.#hasHedged = true;
    this.#log.add(second.outcome.record);
    const beside = { outcome: second.outcome, answering: second.fitted };
    const [decisive, other] = isSecondDecisive ? [beside, own] : [own, beside];
    this.#log.record(other.outcome.row, false);
    return decisive;
  }

  async #attempt(plan: AttemptPlan, untried: readonly RoutedCandidate[]): Promise<RaceOutcome> {
    const hedge = this.#hedge(plan, untried);
    if (hedge !== undefined) return raceAttempts(plan, hedge, this.#options.tools);
    const first = await makeAttempt(plan, this.#options.tools);
    return { first, second: undefined, isSecondDecisive: false };
  }

  /** Who is called, and when, if this attempt is slow. Undefined: nobody. */
  #hedge(slow: AttemptPlan, untried: readonly RoutedCandidate[]): Hedge | undefined {
    const { hedgeQuantile: quantile, maxAttemptCount } = this.#plan!.settings;
    if (quantile === undefined || this.#hasHedged || untried.length === 0) return undefined;
    if (slow.number >= maxAttemptCount) return undefined;
    const planAt: HedgeOptions["planAt"] = (routed, explanation) => {
      const fitted = this.#fit(routed);
      if (fitted.kind === "refused") return undefined;
      return { fitted, plan: this.#planAttempt(fitted, "hedge", explanation) };
    };
    return planHedge(slow, { quantile, health: this.#options.tools.health, untried, planAt });
  }

  #planAttempt({ candidate, request }: FittedRequest, cause: AttemptCause, explanation: string): AttemptPlan {
    const { tenant } = this.#call.caller;
    const command = this.#command;
    const events = this.#events;
    const isFirstChoice = this.#isFirstChoice(candidate);
    return {
      candidate,
      number: this.#log.attempts.length + 1,
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
      spending: { maxCostNanoUsd: command.maxCostNanoUsd, spentNanoUsd: this.#log.spentNanoUsd },
      tenant,
      taskType: command.taskType ?? "",
      tags: command.tags,
      requestId: command.requestId,
      sink: events,
      arms: this.#plan!.candidates.arms,
      parent: this.#parent,
      memo: this.#log.memoOf(candidate),
      rowOf: (record, lease) => this.#log.rowOf({ candidate, record, lease, isFirstChoice }),
    };
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
      attemptCount: this.#log.attempts.length,
      maxAttemptCount,
      retryCount,
      maxRetryCount: providerConfig.maxRetryCount,
      retryDelayMs: providerConfig.retryDelayMs,
      retryAfterMs: error.retryAfterMs,
      remainingMs: remainingMs(this.#call, this.#options.clock),
      remainingWaitMs: this.#remainingWaitMs(),
      usefulCandidateCount,
      random: this.#options.random,
    });
  }

  #answered(
    { candidate, change }: FittedRequest,
    { answer, row }: Extract<AttemptOutcome, { kind: "answered" }>,
  ): AfterCandidate {
    this.#log.record(row, true);
    const result = resultOf({
      answer,
      model: candidate.model.id,
      attempts: this.#log.attempts,
      route: this.#plan!.route,
      candidates: this.#plan!.candidates,
      contextChange: change,
      requestId: this.#command.requestId,
    });
    return { kind: "answered", result };
  }

  /** A route may begin with what was left after passing over what is preferred. */
  #isFirstChoice({ deployment }: Candidate): boolean {
    const { firstCause, trial } = this.#plan!.route;
    return firstCause === "first_choice" && deployment.id === trial[0]!.candidate.deploymentId;
  }

  /** Ends the request without an answer. One that no attempt has ended gets a row of its own in the ledger. */
  #refuse(refusal: Refusal): Refusal {
    const { attempts } = this.#log;
    const answer = this.#isLeft() ? refuseLeft(attempts, isLate(this.#call, this.#options.clock)) : refusal;
    this.#log.recordRefusal(answer, this.#plan?.candidates.list[0]);
    return answer;
  }

  /** Whether the work was stopped from outside. Only who has come to an attempt can have been. */
  #isLeft(): boolean {
    return this.#plan !== undefined && this.#plan.route.trial.length > 0 && this.#call.signal.aborted;
  }

  /** The candidate with the request as it gets it. */
  #fit({ candidate: { deploymentId }, fit }: RoutedCandidate): FittedRequest | Refusal {
    const candidate = this.#plan!.candidates.list.find(({ deployment }) => deployment.id === deploymentId)!;
    const key = { tenant: this.#call.caller.tenant, taskType: this.#command.taskType ?? "" };
    return fitContext(this.#request, candidate, fit, { estimator: this.#options.tools.estimator, key });
  }

  /** What is left of `max_wait` after all the waits so far. */
  #remainingWaitMs(): number {
    return Math.max(0, this.#plan!.settings.maxWaitMs - this.#log.waitedMs - this.#waitedInVainMs);
  }
}

/** The attempt that decides what follows, and the request as it was made. */
interface Decisive {
  readonly outcome: Exclude<AttemptOutcome, { kind: "not_started" }>;
  readonly answering: FittedRequest;
}

/** What became of one candidate. */
type AfterCandidate =
  | { readonly kind: "answered"; readonly result: CompleteResult }
  | {
      readonly kind: "failed" | "not_started";
      /** The answer to the request if nothing else is tried. */
      readonly refusal: Refusal;
      readonly untried: readonly RoutedCandidate[];
      /** Why the next would be tried. */
      readonly cause: AttemptCause;
    };
