import type { Attributes, Context } from "@opentelemetry/api";
import type { Call } from "../core/call.ts";
import type { ChatRequest } from "../core/chat.ts";
import { levelOf } from "../core/priority.ts";
import type { Refusal } from "../core/refusal.ts";
import { refuseRoute } from "../fallback/refuse-route.ts";
import { type Route, route } from "../fallback/route.ts";
import type { RequestNeeds } from "../fallback/verdict.ts";
import { armAttributes, inSpan } from "./attempt-span.ts";
import type { Candidates } from "./candidate-list.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { CandidateRecord } from "./complete-result.ts";
import type { CompleterOptions } from "./completer-options.ts";
import { remainingMs } from "./deadline.ts";
import { needsOf } from "./needs.ts";
import { candidateRecord } from "./result-of.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { snapshotOf } from "./snapshot-of.ts";

/** A request that is to be planned. */
export interface PlanQuestion {
  readonly command: CompleteCommand;
  readonly call: Call;
  /** The command's request with the configured defaults. */
  readonly request: ChatRequest;
  readonly isStreamed: boolean;
  readonly parent: Context;
}

/** What will be tried, in which order and by which settings. */
export interface CompletePlan {
  readonly kind: "plan";
  readonly settings: Settings;
  readonly candidates: Candidates;
  readonly route: Route;
  /** Count of the request, for strategies that go in turns. */
  readonly turn: number;
  /** Why nothing can be tried. Undefined: something can. */
  readonly refusal: Refusal | undefined;
}

/** Finds what may answer a request and puts it in order; reserves nothing. */
export function planComplete(question: PlanQuestion, options: CompleterOptions): CompletePlan | Refusal {
  const { command, call, request, parent } = question;
  const settings = settingsOf(command, options.config);
  if (settings.kind === "refused") return settings;
  const candidates = options.candidates.of(command, settings, request, call);
  if (candidates.kind === "refused") return candidates;
  const turn = options.turns.next();
  const { maxWaitMs } = settings;
  const asked = { settings, list: candidates.list, turn, maxWaitMs, spentNanoUsd: 0n };
  return inSpan("route", parent, (span) => {
    const { route: found, needs } = findRoute(question, options, asked);
    if (span.isRecording()) span.setAttributes(routeAttributes(found, candidates.arms));
    const refusal = found.trial.length > 0 ? undefined : refuseRoute(found, needs);
    return { kind: "plan", settings, candidates, route: found, turn, refusal };
  });
}

function routeAttributes({ trial, rest }: Route, arms: Candidates["arms"]): Attributes {
  const shut = rest.filter(({ verdict }) => verdict === "breaker_open");
  return {
    "headway.route": trial.map(({ candidate }) => candidate.deploymentId),
    ...(shut.length > 0 && {
      "headway.breakers_open": shut.map(({ candidate }) => candidate.deploymentId),
    }),
    ...armAttributes(arms),
  };
}

/** What PlanComplete tells. */
export interface PlannedComplete {
  /** Every candidate in the order of trial, then those that may not be called. */
  readonly route: readonly CandidateRecord[];
  readonly arms: Candidates["arms"];
  /** The refusal that Complete would answer with. Undefined: it would make a call. */
  readonly refusal: Refusal | undefined;
}

/** A plan as it is told. */
export function describePlan(plan: CompletePlan | Refusal): PlannedComplete {
  if (plan.kind === "refused") return { route: [], arms: [], refusal: plan };
  const { candidates, route: found, refusal } = plan;
  const records = [...found.trial, ...found.rest].map((routed) =>
    candidateRecord(routed, candidates.list, undefined),
  );
  return { route: records, arms: candidates.arms, refusal };
}

/** What a route is found for. */
export interface RouteQuestion {
  readonly settings: Settings;
  readonly list: Candidates["list"];
  readonly turn: number;
  /** What is left of `max_wait`. */
  readonly maxWaitMs: number;
  /** What the request has cost so far. */
  readonly spentNanoUsd: bigint;
}

/** Puts candidates in order by what is known of them at this moment. */
export function findRoute(
  { command, call, request, isStreamed }: Omit<PlanQuestion, "parent">,
  options: CompleterOptions,
  { settings, list, turn, maxWaitMs, spentNanoUsd }: RouteQuestion,
): { readonly route: Route; readonly needs: RequestNeeds } {
  const { clock, config, random, scheduler, tools } = options;
  const { maxCostNanoUsd, priority, quality } = command;
  const { strategy, contextStrategy, preset } = settings;
  const needs = needsOf(request, {
    streaming: isStreamed || preset?.needsStreaming === true,
    maxWaitMs,
    remainingMs: remainingMs(call, clock),
  });
  const known = { clock, scheduler, config, health: tools.health, tenant: call.caller.tenant };
  const asked = { ...known, level: levelOf(priority), maxCostNanoUsd, spentNanoUsd };
  const snapshots = list.map((candidate) => snapshotOf(candidate, asked));
  const how = { contextStrategy, needs, quality, turn, random };
  const found = route(snapshots, { ...how, strategy });
  const isOver = found.firstCause === "fallback_budget" && strategy !== "fail_fast";
  if (!isOver || config.budgets.onExceed !== "downgrade") return { route: found, needs };
  const cheapest = route(snapshots, { ...how, strategy: "cost_optimized" });
  return { route: { ...cheapest, firstCause: found.firstCause }, needs };
}
