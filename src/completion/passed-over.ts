import type { AttemptErrorReason } from "../core/attempt-error.ts";
import type { Refusal, RefusalReason } from "../core/refusal.ts";
import { usefulCandidates } from "../fallback/attempts/useful-candidates.ts";
import type { Route, RoutedCandidate } from "../fallback/route.ts";
import {
  foundAgain,
  isMendedByTime,
  type Outlook,
  outlookOf,
  type SecondLook,
  takeSecondLook,
} from "../fallback/second-look.ts";
import type { CandidateSnapshot } from "../fallback/snapshot.ts";
import type { RequestNeeds } from "../fallback/verdict.ts";
import { findRoute } from "./plan-complete.ts";
import { type PlannedRequest, remainingWaitMs } from "./planned-request.ts";

/** The most that a request looks again, however often what it finds is gone before its turn. */
const MOST_LOOKS = 100;

/**
 * So often one may be refused a start and be looked at again, until an attempt has failed, which takes its time.
 * Predictions know less than the scheduler: what they say starts at once may wait for a call that takes longer than
 * usual.
 */
const MOST_REFUSED_STARTS = 2;

/** Why a start is refused that may be granted later. */
const MENDED_BY_TIME: ReadonlySet<RefusalReason> = new Set([
  "WAIT_TOO_LONG",
  "QUEUE_FULL",
  "CANDIDATES_UNAVAILABLE",
  "BUDGET_EXCEEDED",
]);

/** The candidates of a request that were passed over for what time may mend, and its route as they change it. */
export class PassedOver {
  readonly #planned: PlannedRequest;
  #route: Route;
  #waiting: readonly RoutedCandidate[];
  #lookCount = 0;
  /** Refusals of a start since the last attempt, other than by a breaker, which says when to ask again; by deployment. */
  readonly #refusedStarts = new Map<string, number>();

  constructor(planned: PlannedRequest) {
    this.#planned = planned;
    this.#route = planned.plan.route;
    this.#waiting =
      planned.plan.settings.strategy === "fail_fast"
        ? []
        : this.#route.rest.filter(({ verdict }) => isMendedByTime(verdict));
  }

  /** The route of the request, with those that were found later at the end of its `trial`. */
  get route(): Route {
    return this.#route;
  }

  /** The turn of a candidate has come, and it was refused a start. */
  add(routed: RoutedCandidate, { reason }: Refusal): void {
    if (this.#planned.plan.settings.strategy === "fail_fast" || !MENDED_BY_TIME.has(reason)) return;
    const { deploymentId } = routed.candidate;
    const refusedCount = this.#refusedStarts.get(deploymentId) ?? 0;
    if (reason !== "CANDIDATES_UNAVAILABLE") this.#refusedStarts.set(deploymentId, refusedCount + 1);
    this.#waiting = [...this.#waiting, routed];
  }

  /** An attempt has failed: leaves out those that cannot do better. */
  ruleOut(failed: CandidateSnapshot, reason: AttemptErrorReason): void {
    this.#refusedStarts.clear();
    this.#waiting = usefulCandidates({ failed, reason, untried: this.#waiting });
  }

  /** How many of them can be called by now, and how many will be in time. */
  outlook(): Outlook {
    const judged = this.#judge();
    return judged === undefined ? { nowCount: 0, laterCount: 0 } : outlookOf(judged.route, judged.needs);
  }

  /** Looks at them as they are now. Those that are found go to the end of the route's `trial`. */
  look(): SecondLook {
    const judged = this.#judge();
    this.#lookCount++;
    if (judged === undefined) return { kind: "nothing" };
    const look = takeSecondLook(judged.route, judged.needs);
    if (look.kind !== "found") return look;
    const trial = look.trial.map((found) => foundAgain(found, this.#atFirst(found)));
    const isFound = idsOf(trial);
    this.#waiting = this.#waiting.filter(({ candidate }) => !isFound.has(candidate.deploymentId));
    this.#route = replaced(this.#route, trial, []);
    return { kind: "found", trial };
  }

  /** Says of them in the route what stands in their way by now. Undefined: they do not matter any more. */
  #judge(): { readonly route: Route; readonly needs: RequestNeeds } | undefined {
    const { log, options, plan, question } = this.#planned;
    const { maxAttemptCount } = plan.settings;
    const ids = idsOf(
      this.#waiting.filter(
        ({ candidate }) => (this.#refusedStarts.get(candidate.deploymentId) ?? 0) <= MOST_REFUSED_STARTS,
      ),
    );
    const hasMore = ids.size > 0 && this.#lookCount < MOST_LOOKS;
    if (!hasMore || question.call.signal.aborted || log.attempts.length >= maxAttemptCount) {
      return undefined;
    }
    const judged = findRoute(question, options, {
      settings: plan.settings,
      list: plan.candidates.list.filter(({ deployment }) => ids.has(deployment.id)),
      turn: plan.turn,
      maxWaitMs: remainingWaitMs(this.#planned),
      spentNanoUsd: log.spentNanoUsd,
    });
    this.#route = replaced(this.#route, [], judged.route.rest);
    return judged;
  }

  /** What was said of a candidate before the first attempt. */
  #atFirst({ candidate: { deploymentId } }: RoutedCandidate): RoutedCandidate {
    const { rest, trial } = this.#planned.plan.route;
    return [...trial, ...rest].find(({ candidate }) => candidate.deploymentId === deploymentId)!;
  }
}

/** The route with what is now known of some: those of `found` are tried last, those of `rest` are still passed over. */
function replaced(route: Route, found: readonly RoutedCandidate[], rest: readonly RoutedCandidate[]): Route {
  const isFound = idsOf(found);
  const trial = route.trial.filter(({ candidate }) => !isFound.has(candidate.deploymentId));
  const fresh = new Map(rest.map((routed) => [routed.candidate.deploymentId, routed]));
  return {
    ...route,
    trial: [...trial, ...found],
    rest: route.rest
      .filter(({ candidate }) => !isFound.has(candidate.deploymentId))
      .map((routed) => fresh.get(routed.candidate.deploymentId) ?? routed),
  };
}

function idsOf(routed: readonly RoutedCandidate[]): ReadonlySet<string> {
  return new Set(routed.map(({ candidate }) => candidate.deploymentId));
}
