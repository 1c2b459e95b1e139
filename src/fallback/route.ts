import type { ContextStrategy, Strategy } from "../config/config.ts";
import { type AttemptCause, causeAfterVerdict } from "./attempts/attempt-cause.ts";
import type { CandidateSnapshot } from "./snapshot.ts";
import { ORDERS } from "./strategies/orders.ts";
import type { CandidateOrder, OrderContext } from "./strategies/strategy.ts";
import { type CandidateVerdict, judge, judgeWithoutSize, type RequestNeeds } from "./verdict.ts";

/** What has to be done to a request before a candidate can take it. */
export type ContextFit = "as_is" | "truncate" | "chunk";

/** A candidate with its verdict and the reason for its place. */
export interface RoutedCandidate {
  readonly candidate: CandidateSnapshot;
  /** `eligible` also for those that are not tried only because the strategy stops before them. */
  readonly verdict: CandidateVerdict;
  /** One sentence for people, without a full stop: why it stands where it does, or why it is skipped. */
  readonly explanation: string;
  readonly fit: ContextFit;
}

/** Which candidates are tried, and which are not. */
export interface Route {
  /** In the order of trial. Empty: the request is refused. */
  readonly trial: readonly RoutedCandidate[];
  /** Those that are not tried, as listed. */
  readonly rest: readonly RoutedCandidate[];
  /** Those whose verdicts decide with which reason the request is refused when `trial` is empty. */
  readonly decisive: readonly RoutedCandidate[];
  /** Why the first of `trial` is tried: `first_choice`, or what kept one from being tried that is preferred. */
  readonly firstCause: AttemptCause;
}

/** How the candidates of a request are to be ordered. */
export interface RouteOptions extends OrderContext {
  readonly strategy: Strategy;
  readonly contextStrategy: ContextStrategy;
  readonly needs: RequestNeeds;
}

/** Orders the candidates of a request and says of each why it is or is not tried. */
export function route(candidates: readonly CandidateSnapshot[], options: RouteOptions): Route {
  const order = ORDERS[options.strategy];
  const judged = judgeAll(candidates, options);
  const first = options.strategy === "fail_fast" ? firstModel(judged, order, options) : undefined;
  const considered = first ?? blockedByContext(judged, order, options) ?? judged;
  const eligible = considered.filter(({ verdict }) => verdict === "eligible");
  const arranged = arrange(eligible, order, options);
  const trial = (first === undefined ? arranged : arranged.slice(0, 1)).map((routed) =>
    placed(routed, order),
  );
  const tried = new Set(trial.map(({ candidate }) => candidate));
  const rest = arrange(
    judged.filter(({ candidate }) => !tried.has(candidate)),
    ORDERS.smart_fallback,
    options,
  ).map((routed) => skipped(routed, options));
  const decisive = rest.filter(({ candidate }) =>
    considered.some((routed) => routed.candidate === candidate),
  );
  return { trial, rest, decisive, firstCause: causeOfFirst(trial[0], decisive, order, options) };
}

/** Verdicts; where the request may be made smaller, one that is too small for it is eligible all the same. */
function judgeAll(candidates: readonly CandidateSnapshot[], options: RouteOptions): RoutedCandidate[] {
  const { contextStrategy, needs } = options;
  const judged: RoutedCandidate[] = candidates.map((candidate) => ({
    candidate,
    ...judge(candidate, needs),
    fit: "as_is",
  }));
  if (contextStrategy === "truncate" || contextStrategy === "chunk") {
    return judged.map((routed) => fitted(routed, contextStrategy, needs));
  }
  if (contextStrategy !== "auto" || judged.some(({ verdict }) => verdict === "eligible")) return judged;
  return judged.map((routed) => fitted(routed, "truncate", needs));
}

function fitted(routed: RoutedCandidate, fit: "truncate" | "chunk", needs: RequestNeeds): RoutedCandidate {
  if (!isTooSmall(routed)) return routed;
  const obstacle = judgeWithoutSize(routed.candidate, needs);
  if (obstacle !== undefined) return { ...routed, ...obstacle };
  const how =
    fit === "truncate" ? "the middle of the conversation is left out" : "the request is asked in parts";
  return { ...routed, verdict: "eligible", explanation: `${routed.explanation}, so ${how}`, fit };
}

function isTooSmall({ verdict }: RoutedCandidate): boolean {
  return verdict === "context_too_small" || verdict === "limit_too_small";
}

/** All deployments of the most preferred model, callable or not. */
function firstModel(
  judged: readonly RoutedCandidate[],
  order: CandidateOrder,
  options: RouteOptions,
): readonly RoutedCandidate[] {
  const first = arrange(judged, order, options)[0];
  return judged.filter(({ candidate }) => candidate.modelId === first?.candidate.modelId);
}

/** With the context strategy `error`: the first choice, when the request does not fit it; else undefined. */
function blockedByContext(
  judged: readonly RoutedCandidate[],
  order: CandidateOrder,
  options: RouteOptions,
): readonly RoutedCandidate[] | undefined {
  if (options.contextStrategy !== "error") return undefined;
  const possible = judged.filter((routed) => routed.verdict === "eligible" || isTooSmall(routed));
  const first = arrange(possible, order, options)[0];
  return first !== undefined && isTooSmall(first) ? [first] : undefined;
}

function arrange(
  routed: readonly RoutedCandidate[],
  order: CandidateOrder,
  options: RouteOptions,
): RoutedCandidate[] {
  if (routed.length < 2) return [...routed];
  const byCandidate = new Map(routed.map((one) => [one.candidate, one]));
  const candidates = routed.map(({ candidate }) => candidate);
  return order.arrange(candidates, options).map((candidate) => byCandidate.get(candidate)!);
}

function placed(routed: RoutedCandidate, order: CandidateOrder): RoutedCandidate {
  return { ...routed, explanation: `${order.explain(routed.candidate)}; ${routed.explanation}` };
}

function skipped(routed: RoutedCandidate, { strategy, contextStrategy }: RouteOptions): RoutedCandidate {
  if (routed.verdict !== "eligible") return { ...routed, explanation: `skipped: ${routed.explanation}` };
  const why =
    strategy === "fail_fast"
      ? "fail_fast tries the first only"
      : `the first choice is too small and context_strategy is ${contextStrategy}`;
  return { ...routed, explanation: `not tried: ${why}` };
}

function causeOfFirst(
  first: RoutedCandidate | undefined,
  rest: readonly RoutedCandidate[],
  order: CandidateOrder,
  options: RouteOptions,
): AttemptCause {
  if (first === undefined) return "first_choice";
  const passedOver = rest.find(({ candidate }) => order.precedes(candidate, first.candidate, options));
  return passedOver === undefined ? "first_choice" : causeAfterVerdict(passedOver.verdict);
}
