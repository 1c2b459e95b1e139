import type { Context } from "@opentelemetry/api";
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
import type { CompleterOptions } from "./completer.ts";
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
  const needs = needsOf(request, {
    streaming: question.isStreamed || settings.preset?.needsStreaming === true,
    maxWaitMs: settings.maxWaitMs,
    remainingMs: remainingMs(call, options.clock),
  });
  return inSpan("route", parent, (span) => {
    const found = findRoute(question, options, { settings, candidates, needs });
    span.setAttribute(
      "headway.route",
      found.trial.map(({ candidate }) => candidate.deploymentId),
    );
    span.setAttributes(armAttributes(candidates.arms));
    const shut = found.rest.filter(({ verdict }) => verdict === "breaker_open");
    if (shut.length > 0) {
      span.setAttribute(
        "headway.breakers_open",
        shut.map(({ candidate }) => candidate.deploymentId),
      );
    }
    const refusal = found.trial.length > 0 ? undefined : refuseRoute(found, needs);
    return { kind: "plan", settings, candidates, route: found, refusal };
  });
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

function findRoute(
  { command, call }: PlanQuestion,
  options: CompleterOptions,
  { settings, candidates, needs }: { settings: Settings; candidates: Candidates; needs: RequestNeeds },
): Route {
  const { clock, config, random, scheduler, tools, turns } = options;
  const { maxCostNanoUsd, priority, quality } = command;
  const { tenant } = call.caller;
  const level = levelOf(priority);
  const asked = { clock, scheduler, config, health: tools.health, tenant, level, maxCostNanoUsd };
  const { strategy, contextStrategy } = settings;
  const snapshots = candidates.list.map((candidate) => snapshotOf(candidate, asked));
  const how = { contextStrategy, needs, quality, turn: turns.next(), random };
  const found = route(snapshots, { ...how, strategy });
  const isOver = found.firstCause === "fallback_budget" && strategy !== "fail_fast";
  if (!isOver || config.budgets.onExceed !== "downgrade") return found;
  return { ...route(snapshots, { ...how, strategy: "cost_optimized" }), firstCause: found.firstCause };
}
