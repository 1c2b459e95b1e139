import type { AttemptErrorReason } from "../../../src/core/attempt-error.ts";
import type { BreakerView } from "../../../src/fallback/snapshot.ts";
import type { World, WorldModel, WorldRequest } from "./random-world.ts";
import type { SeenCall } from "./scripted-provider.ts";

/**
 * Whether a candidate can surely answer a request, said from the world alone and on the safe side: one that always
 * answers, that no limit, context or price keeps from it, that no failure of another rules out, and that is reached
 * within `max_attempts` and the deadline even if all others use up all that they may.
 */
export function couldAnswer(world: World, request: WorldRequest): boolean {
  const { maxAttemptCount, strategy } = request.command;
  if (strategy === "fail_fast" || maxAttemptCount! < world.models.length) return false;
  return world.models.some((model) => isSure(model, world, request));
}

function isSure(model: WorldModel, world: World, request: WorldRequest): boolean {
  const others = world.models.filter((other) => other !== model);
  return (
    model.lines.every(({ kind }) => kind === "answer") &&
    answerMs(model) < world.timeoutMs &&
    model.rpm === undefined &&
    model.concurrent === undefined &&
    (!request.isLarge || model.contextTokens === 100_000) &&
    fitsBudgets(model, world, request) &&
    !others.some((other) => rulesOut(other, model)) &&
    // A stream that has begun elsewhere is not begun again.
    (!request.isStreamed || !others.some(({ lines }) => lines.some(({ kind }) => kind === "cut"))) &&
    isReachedInTime(model, world, request)
  );
}

/** A request that was refused, and what was seen of its models. */
export interface RefusedRequest {
  readonly asked: WorldRequest;
  /** When it was refused; it was asked at `asked.atMs`. */
  readonly nowMs: number;
  /** Its own calls. */
  readonly called: readonly string[];
  readonly breakerOf: (deployment: string) => BreakerView;
  /** All calls of a deployment that have begun. */
  readonly callsOf: (deployment: string) => readonly SeenCall[];
}

/**
 * Whether a request was refused although there was a candidate that it had not called and that could be called at that
 * moment, or whose breaker was about to let it pass in time. Said from what was seen, and on the safe side.
 */
export function missedChance(world: World, refused: RefusedRequest): string | undefined {
  const { asked, called, nowMs } = refused;
  const { command, deadlineMs = Number.POSITIVE_INFINITY } = asked;
  const elapsedMs = nowMs - asked.atMs;
  // A request of which nothing can be tried from the start is refused at once.
  const isRefusedAtOnce = called.length === 0 && elapsedMs === 0;
  if (command.strategy === "fail_fast" || isRefusedAtOnce) return undefined;
  if (called.length >= command.maxAttemptCount! || elapsedMs >= deadlineMs - 1) return undefined;
  const leftMs = Math.min(command.maxWaitMs!, deadlineMs) - elapsedMs - 2;
  return world.models.find(
    (model) => !called.includes(model.id) && mayServe(model, world, asked) && isFree(model, refused, leftMs),
  )?.id;
}

/** Nothing that stays as it is keeps the model from the request. */
export function mayServe(model: WorldModel, world: World, request: WorldRequest): boolean {
  const others = world.models.filter((other) => other !== model);
  return (
    (!request.isLarge || model.contextTokens === 100_000) &&
    fitsBudgets(model, world, request) &&
    !others.some((other) => rulesOut(other, model)) &&
    !(request.isStreamed && others.some(({ lines }) => lines.some(({ kind }) => kind === "cut")))
  );
}

/** Its limits have had room, and its breaker lets pass, or will within `leftMs`; not sure of what happens just now. */
function isFree(model: WorldModel, { breakerOf, callsOf, nowMs }: RefusedRequest, leftMs: number): boolean {
  const calls = callsOf(model.id);
  if (calls.some(({ startMs, endMs }) => startMs === nowMs || endMs === nowMs)) return false;
  if (!hasRoom(model, calls, nowMs)) return false;
  const breaker = breakerOf(model.id);
  return breaker.kind === "open"
    ? breaker.retryAfterMs < leftMs
    : breaker.kind === "closed" || !breaker.probing;
}

/** Its limits have room for one more call, as far as its calls tell. */
export function hasRoom(model: WorldModel, calls: readonly SeenCall[], nowMs: number): boolean {
  const asksForPauses = model.lines.some((line) => line.kind === "fail" && line.reason === "RATE_LIMITED");
  if (asksForPauses) return false;
  const running = calls.filter(({ endMs }) => endMs === undefined).length;
  // Nobody knows when the provider counted a call: at its end at the latest, and clocks differ.
  const inWindow = calls.filter(({ endMs = nowMs }) => endMs >= nowMs - 61_000).length;
  if (running >= (model.concurrent ?? Number.POSITIVE_INFINITY)) return false;
  return inWindow < (model.rpm ?? Number.POSITIVE_INFINITY);
}

function fitsBudgets({ price }: WorldModel, world: World, { command }: WorldRequest): boolean {
  const hasBudget = world.dailyBudgetUsd !== undefined || command.maxCostNanoUsd !== undefined;
  return !hasBudget || price === 0;
}

/** A refusal of what the request is keeps it from the same provider; one of its size from all that hold no more. */
function rulesOut(other: WorldModel, model: WorldModel): boolean {
  const reasons = new Set<AttemptErrorReason>(
    other.lines.flatMap((line) => (line.kind === "fail" ? [line.reason] : [])),
  );
  const sameProvider = other.provider === model.provider;
  if (sameProvider && (reasons.has("VALIDATION") || reasons.has("CONTENT_FILTERED"))) return true;
  return reasons.has("CONTEXT_TOO_LONG") && model.contextTokens <= other.contextTokens;
}

function isReachedInTime(model: WorldModel, world: World, { command, deadlineMs }: WorldRequest): boolean {
  if (deadlineMs === undefined) return true;
  const pausesMs = command.maxAttemptCount! * (world.timeoutMs + 1_600);
  return deadlineMs > pausesMs + command.maxWaitMs! + answerMs(model);
}

function answerMs({ lines }: WorldModel): number {
  return Math.max(...lines.map((line) => (line.kind === "answer" ? line.afterMs : Number.POSITIVE_INFINITY)));
}
