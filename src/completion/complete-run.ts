import { type Context, context } from "@opentelemetry/api";
import type { Call } from "../core/call.ts";
import type { Refusal } from "../core/refusal.ts";
import { sleep } from "../core/sleep.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";
import type { RoutedCandidate } from "../fallback/route.ts";
import { AttemptLog } from "./attempt-log.ts";
import { type CandidateOutcome, CandidateTrial } from "./candidate-trial.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { CompleteResult } from "./complete-result.ts";
import type { CompleterOptions } from "./completer-options.ts";
import { isLate } from "./deadline.ts";
import type { EventSink } from "./event-sink.ts";
import { PassedOver } from "./passed-over.ts";
import { type CompletePlan, type PlanQuestion, planComplete } from "./plan-complete.ts";
import type { PlannedRequest } from "./planned-request.ts";
import { refuseLeft, refuseTried } from "./refuse-failed.ts";
import { resultOf } from "./result-of.ts";
import { withDefaults } from "./with-defaults.ts";

/** The life of one Complete, from the request to the answer or the refusal. */
export class CompleteRun {
  readonly #options: CompleterOptions;
  readonly #question: PlanQuestion;
  readonly #events: EventSink | undefined;
  readonly #log: AttemptLog;
  #plan: CompletePlan | undefined;

  constructor(
    options: CompleterOptions,
    command: CompleteCommand,
    call: Call,
    events: EventSink | undefined,
  ) {
    const parent: Context = context.active();
    this.#options = options;
    this.#events = events;
    this.#question = {
      command,
      call,
      request: withDefaults(command.request, options.config.defaults),
      isStreamed: events !== undefined,
      parent,
    };
    const { clock, ledger } = options;
    this.#log = new AttemptLog({ clock, ledger, command, tenant: call.caller.tenant, parent });
  }

  async run(): Promise<CompleteResult | Refusal> {
    const full = this.#options.refuseNew();
    if (full !== undefined) return full;
    const plan = planComplete(this.#question, this.#options);
    if (plan.kind === "refused") return this.#refuse(plan);
    this.#plan = plan;
    this.#log.label(plan.candidates.labels);
    if (plan.refusal !== undefined) return this.#refuse(plan.refusal);
    const planned = {
      options: this.#options,
      question: this.#question,
      plan,
      log: this.#log,
      events: this.#events,
    };
    return this.#try(planned, new PassedOver(planned));
  }

  /** Goes through the candidates until one has answered or nothing is left to try. */
  async #try(planned: PlannedRequest, passedOver: PassedOver): Promise<CompleteResult | Refusal> {
    const trial = new CandidateTrial(planned, passedOver);
    let untried: readonly RoutedCandidate[] = planned.plan.route.trial;
    let cause: AttemptCause = planned.plan.route.firstCause;
    const notStarted = new Map<string, Refusal>();
    let failure: Refusal | undefined;
    while (untried.length > 0) {
      const routed = untried[0]!;
      const after = await trial.try(routed, untried.slice(1), cause);
      if (after.kind === "answered") return this.#answered(after, planned, passedOver);
      const { deploymentId } = routed.candidate;
      notStarted.delete(deploymentId);
      if (after.kind === "failed") failure = after.refusal;
      else notStarted.set(deploymentId, after.refusal);
      untried = after.untried.length > 0 || after.isFinal ? after.untried : await this.#lookAgain(passedOver);
      cause = after.cause;
    }
    return this.#refuse(refuseTried(failure, [...notStarted.values()], passedOver.route));
  }

  /** Those of the passed over that can be called by now, or after a wait that is accepted; empty: none. */
  async #lookAgain(passedOver: PassedOver): Promise<readonly RoutedCandidate[]> {
    const { clock } = this.#options;
    for (;;) {
      const look = passedOver.look();
      if (look.kind === "found") return look.trial;
      if (look.kind === "nothing") return [];
      const askedMs = clock.monotonicMs();
      const isOver = await sleep(clock, look.delayMs, this.#question.call.signal);
      this.#log.addVainWait(clock.monotonicMs() - askedMs);
      if (!isOver) return [];
    }
  }

  #answered(
    { fitted: { candidate, change }, attempt }: Extract<CandidateOutcome, { kind: "answered" }>,
    { plan }: PlannedRequest,
    { route }: PassedOver,
  ): CompleteResult {
    this.#log.record(attempt.row, true);
    return resultOf({
      answer: attempt.answer,
      model: candidate.model.id,
      attempts: this.#log.attempts,
      route,
      candidates: plan.candidates,
      contextChange: change,
      requestId: this.#question.command.requestId,
    });
  }

  /** Ends the request without an answer. One that no attempt has ended gets a row of its own in the ledger. */
  #refuse(refusal: Refusal): Refusal {
    const { attempts } = this.#log;
    const answer = this.#isLeft()
      ? refuseLeft(attempts, isLate(this.#question.call, this.#options.clock))
      : refusal;
    this.#log.recordRefusal(answer, this.#plan?.candidates.list[0]);
    return answer;
  }

  /** Whether the work was stopped from outside. Only who has come to an attempt can have been. */
  #isLeft(): boolean {
    return (
      this.#plan !== undefined && this.#plan.route.trial.length > 0 && this.#question.call.signal.aborted
    );
  }
}
