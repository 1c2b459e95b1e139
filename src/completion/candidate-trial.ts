import { levelOf } from "../core/priority.ts";
import type { Refusal } from "../core/refusal.ts";
import { sleep } from "../core/sleep.ts";
import { type AttemptCause, causeAfterRefusal } from "../fallback/attempts/attempt-cause.ts";
import {
  decideAfterFailure,
  type FailedAttempt,
  type NextStep,
} from "../fallback/attempts/attempt-policy.ts";
import { usefulCandidates } from "../fallback/attempts/useful-candidates.ts";
import type { RoutedCandidate } from "../fallback/route.ts";
import { type AttemptOutcome, makeAttempt } from "./attempt.ts";
import type { AttemptPlan } from "./attempt-plan.ts";
import type { Candidate } from "./candidate.ts";
import { remainingMs } from "./deadline.ts";
import { type FittedRequest, fitContext } from "./fit-context.ts";
import type { PassedOver } from "./passed-over.ts";
import { type HedgeOptions, planHedge } from "./plan-hedge.ts";
import { type PlannedRequest, remainingWaitMs } from "./planned-request.ts";
import { type Hedge, type RaceOutcome, raceAttempts } from "./race-attempts.ts";
import { refuseFailed } from "./refuse-failed.ts";

/** What became of one candidate. */
export type CandidateOutcome =
  | {
      readonly kind: "answered";
      readonly fitted: FittedRequest;
      readonly attempt: Extract<AttemptOutcome, { kind: "answered" }>;
    }
  | {
      readonly kind: "failed" | "not_started";
      /** The answer to the request if nothing else is tried. */
      readonly refusal: Refusal;
      /** True: nothing else may be tried, neither what is left nor what was passed over. */
      readonly isFinal: boolean;
      readonly untried: readonly RoutedCandidate[];
      /** Why the next would be tried. */
      readonly cause: AttemptCause;
    };

/** The attempts at the candidates of one request, one candidate after the other. */
export class CandidateTrial {
  readonly #planned: PlannedRequest;
  readonly #passedOver: PassedOver;
  #hasHedged = false;

  constructor(planned: PlannedRequest, passedOver: PassedOver) {
    this.#planned = planned;
    this.#passedOver = passedOver;
  }

  /** Calls one candidate, and again as long as that may help. */
  async try(
    routed: RoutedCandidate,
    untried: readonly RoutedCandidate[],
    firstCause: AttemptCause,
  ): Promise<CandidateOutcome> {
    const fitted = this.#fit(routed);
    if (fitted.kind === "refused") {
      return { kind: "not_started", refusal: fitted, isFinal: false, untried, cause: "fallback_context" };
    }
    const { clock } = this.#planned.options;
    let others = untried;
    let cause = firstCause;
    let explanation = routed.explanation;
    for (let retryCount = 0; ; retryCount++) {
      const askedMs = clock.monotonicMs();
      const attempt = this.#planAttempt(fitted, { cause, explanation, hasOthers: others.length > 0 });
      const race = await this.#attempt(attempt, others);
      if (race.first.kind === "not_started") {
        this.#planned.log.addVainWait(clock.monotonicMs() - askedMs);
        return this.#notStarted(routed, race.first.refusal, others);
      }
      const { outcome, answering } = this.#settleRace(fitted, race);
      const hedged = race.second?.fitted.candidate.deployment.id;
      others = others.filter((other) => other.candidate.deploymentId !== hedged);
      if (outcome.kind === "answered") return { kind: "answered", fitted: answering, attempt: outcome };
      const useful = this.#useful(routed, outcome, others);
      const { nowCount, laterCount } = this.#passedOver.outlook();
      const step = this.#decide(fitted.candidate, outcome, retryCount, {
        usefulCandidateCount: useful.length + nowCount,
        laterCandidateCount: laterCount,
      });
      const isFinal = step.kind === "stop" || (step.kind === "exhausted" && nowCount + laterCount === 0);
      this.#planned.log.record(outcome.row, isFinal);
      if (step.kind === "retry_here" && (await this.#pause(step.delayMs))) {
        cause = "retry";
        explanation = step.explanation;
        continue;
      }
      const refusal = refuseFailed(this.#planned.log.attempts, outcome.error, step.explanation);
      const left = step.kind === "next_candidate" ? useful : [];
      return { kind: "failed", refusal, isFinal, untried: left, cause: "fallback_error" };
    }
  }

  #notStarted(
    routed: RoutedCandidate,
    refusal: Refusal,
    untried: readonly RoutedCandidate[],
  ): CandidateOutcome {
    this.#passedOver.add(routed, refusal);
    // Another server can still take it, while every other model here would only be refused as well.
    const isFinal = refusal.reason === "SHUTTING_DOWN";
    const cause = causeAfterRefusal(refusal.reason);
    return { kind: "not_started", refusal, isFinal, untried: isFinal ? [] : untried, cause };
  }

  /** Those that may do better than the one that failed; the others are ruled out for good. */
  #useful(
    { candidate: failed }: RoutedCandidate,
    { error: { reason } }: Extract<AttemptOutcome, { kind: "failed" }>,
    untried: readonly RoutedCandidate[],
  ): readonly RoutedCandidate[] {
    this.#passedOver.ruleOut(failed, reason);
    return usefulCandidates({ failed, reason, untried });
  }

  #pause(delayMs: number): Promise<boolean> {
    const { options, question } = this.#planned;
    return sleep(options.clock, delayMs, question.call.signal);
  }

  /** Notes the attempts of a race, and says which of them decides what follows. */
  #settleRace(fitted: FittedRequest, { first, second, isSecondDecisive }: RaceOutcome): Decisive {
    const own = { outcome: first as Decisive["outcome"], answering: fitted };
    this.#planned.log.add(own.outcome.record);
    if (second === undefined) return own;
    this.#hasHedged = true;
    this.#planned.log.add(second.outcome.record);
    const beside = { outcome: second.outcome, answering: second.fitted };
    const [decisive, other] = isSecondDecisive ? [beside, own] : [own, beside];
    this.#planned.log.record(other.outcome.row, false);
    return decisive;
  }

  async #attempt(plan: AttemptPlan, untried: readonly RoutedCandidate[]): Promise<RaceOutcome> {
    const hedge = this.#hedge(plan, untried);
    if (hedge !== undefined) return raceAttempts(plan, hedge, this.#planned.options.tools);
    const first = await makeAttempt(plan, this.#planned.options.tools);
    return { first, second: undefined, isSecondDecisive: false };
  }

  /** Who is called, and when, if this attempt is slow. Undefined: nobody. */
  #hedge(slow: AttemptPlan, untried: readonly RoutedCandidate[]): Hedge | undefined {
    const { hedgeQuantile: quantile, maxAttemptCount } = this.#planned.plan.settings;
    if (quantile === undefined || this.#hasHedged || untried.length === 0) return undefined;
    if (slow.number >= maxAttemptCount) return undefined;
    const planAt: HedgeOptions["planAt"] = (routed, explanation) => {
      const fitted = this.#fit(routed);
      if (fitted.kind === "refused") return undefined;
      return { fitted, plan: this.#planAttempt(fitted, { cause: "hedge", explanation, hasOthers: false }) };
    };
    return planHedge(slow, { quantile, health: this.#planned.options.tools.health, untried, planAt });
  }

  #planAttempt(
    { candidate, request }: FittedRequest,
    { cause, explanation, hasOthers }: { cause: AttemptCause; explanation: string; hasOthers: boolean },
  ): AttemptPlan {
    const { events, log, plan, question } = this.#planned;
    const { call, command, parent } = question;
    const { tenant } = call.caller;
    const isFirstChoice = this.#isFirstChoice(candidate);
    const number = log.attempts.length + 1;
    return {
      candidate,
      number,
      cause,
      explanation,
      request,
      providerOptions: command.providerOptions[candidate.deployment.provider] ?? {},
      start: {
        tenant,
        level: levelOf(command.priority),
        maxWaitMs: remainingWaitMs(this.#planned),
        deadlineMs: call.deadlineMs,
        ...(events !== undefined && {
          onQueued: (queued) => events.queued({ ...queued, model: candidate.model.id }),
        }),
      },
      signal: call.signal,
      spending: { maxCostNanoUsd: command.maxCostNanoUsd, spentNanoUsd: log.spentNanoUsd },
      tenant,
      taskType: command.taskType ?? "",
      tags: command.tags,
      requestId: command.requestId,
      sink: events,
      hasAlternative: hasOthers && number < plan.settings.maxAttemptCount,
      arms: plan.candidates.arms,
      parent,
      memo: log.memoOf(candidate),
      rowOf: (record, lease) => log.rowOf({ candidate, record, lease, isFirstChoice }),
    };
  }

  #decide(
    { providerConfig }: Candidate,
    { error, hadBegun, record, tokensStreamed }: Extract<AttemptOutcome, { kind: "failed" }>,
    retryCount: number,
    others: Pick<FailedAttempt, "usefulCandidateCount" | "laterCandidateCount">,
  ): NextStep {
    const { log, options, plan, question } = this.#planned;
    const { strategy, maxAttemptCount } = plan.settings;
    return decideAfterFailure({
      reason: error.reason,
      strategy,
      tokensStreamed,
      hadBegun,
      tookMs: record.latencyMs,
      attemptCount: log.attempts.length,
      maxAttemptCount,
      retryCount,
      maxRetryCount: providerConfig.maxRetryCount,
      retryDelayMs: providerConfig.retryDelayMs,
      retryAfterMs: error.retryAfterMs,
      remainingMs: remainingMs(question.call, options.clock),
      remainingWaitMs: remainingWaitMs(this.#planned),
      ...others,
      random: options.random,
    });
  }

  /** A route may begin with what was left after passing over what is preferred. */
  #isFirstChoice({ deployment }: Candidate): boolean {
    const { firstCause, trial } = this.#planned.plan.route;
    return firstCause === "first_choice" && deployment.id === trial[0]!.candidate.deploymentId;
  }

  /** The candidate with the request as it gets it. */
  #fit({ candidate: { deploymentId }, fit }: RoutedCandidate): FittedRequest | Refusal {
    const { options, plan, question } = this.#planned;
    const { call, command, request } = question;
    const candidate = plan.candidates.list.find(({ deployment }) => deployment.id === deploymentId)!;
    const key = { tenant: call.caller.tenant, taskType: command.taskType ?? "" };
    return fitContext(request, candidate, fit, { estimator: options.tools.estimator, key });
  }
}

/** The attempt that decides what follows, and the request as it was made. */
interface Decisive {
  readonly outcome: Exclude<AttemptOutcome, { kind: "not_started" }>;
  readonly answering: FittedRequest;
}
