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
  readonly own: readonly SeenCall[];
  /** Whether its caller has seen a part of an answer, which is not begun again. */
  readonly hasHeard: boolean;
  readonly breakerOf: (deployment: string) => BreakerView;
  /** All calls of a deployment that have begun. */
  readonly callsOf: (deployment: string) => readonly SeenCall[];
}

/**
 * Whether a request was refused although there was a candidate that it had not called and that could be called at that
 * moment, or whose breaker was about to let it pass in time. Said from what was seen, and on the safe side.
 */
export function missedChance(world: World, refused: RefusedRequest): string | undefined {
  const { asked, hasHeard, nowMs, own } = refused;
  const { command, deadlineMs = Number.POSITIVE_INFINITY } = asked;
  const elapsedMs = nowMs - asked.atMs;
  if (command.strategy === "fail_fast" || hasHeard) return undefined;
  if (own.length >= command.maxAttemptCount! || elapsedMs >= deadlineMs - 1) return undefined;
  // A request of which nothing can be tried from the start is refused at once, whatever comes later.
  const isRefusedAtOnce = own.length === 0 && elapsedMs === 0;
  const leftMs = isRefusedAtOnce ? 0 : Math.min(command.maxWaitMs!, deadlineMs) - elapsedMs - 2;
  return world.models.find(
    (model) => mayStillServe(model, world, asked, own) && isFree(model, refused, leftMs),
  )?.id;
}

/** The request has not called the model, and nothing that stays as it is keeps it from that. `own`: its calls so far. */
export function mayStillServe(
  model: WorldModel,
  world: World,
  request: WorldRequest,
  own: readonly SeenCall[],
): boolean {
  return (
    (!request.isLarge || model.contextTokens === 100_000) &&
    fitsBudgets(model, world, request) &&
    own.every(({ deployment, failedWith }) => {
      const other = world.models.find(({ id }) => id === deployment)!;
      return other !== model && !keepsAway(failedWith, other, model);
    })
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

/** The most tokens of a call, reserves included. */
const MOST_TOKENS = 3_000;

/** No budget can keep the model away, even if every call that the world may make costs the most. */
function fitsBudgets({ price }: WorldModel, world: World, { command }: WorldRequest): boolean {
  const { dailyBudgetUsd, models, requests } = world;
  const { maxAttemptCount, maxCostNanoUsd } = command;
  if (price === 0 || (dailyBudgetUsd === undefined && maxCostNanoUsd === undefined)) return true;
  if (price === undefined) return false;
  const highestPrice = Math.max(...models.map((model) => model.price ?? 0));
  const mostNanoUsd = (calls: number): number => calls * MOST_TOKENS * highestPrice * 1_000;
  const allCalls = requests.reduce((sum, one) => sum + one.command.maxAttemptCount!, 0);
  return (
    mostNanoUsd(maxAttemptCount!) <= Number(maxCostNanoUsd ?? Number.POSITIVE_INFINITY) &&
    mostNanoUsd(allCalls) <= (dailyBudgetUsd ?? Number.POSITIVE_INFINITY) * 1e9
  );
}

/** Whether a call of another that fails in one of its ways keeps the request from the model. */
function rulesOut(other: WorldModel, model: WorldModel): boolean {
  return other.lines.some((line) => line.kind === "fail" && keepsAway(line.reason, other, model));
}

/** A refusal of what the request is keeps it from the same provider; one of its size from all that hold no more. */
function keepsAway(reason: AttemptErrorReason | undefined, other: WorldModel, model: WorldModel): boolean {
  switch (reason) {
    case "VALIDATION":
    case "CONTENT_FILTERED":
      return other.provider === model.provider;
    case "CONTEXT_TOO_LONG":
      return model.contextTokens <= other.contextTokens;
    default:
      return false;
  }
}

function isReachedInTime(model: WorldModel, world: World, { command, deadlineMs }: WorldRequest): boolean {
  if (deadlineMs === undefined) return true;
  const pausesMs = command.maxAttemptCount! * (world.timeoutMs + 1_600);
  return deadlineMs > pausesMs + command.maxWaitMs! + answerMs(model);
}

function answerMs({ lines }: WorldModel): number {
  return Math.max(...lines.map((line) => (line.kind === "answer" ? line.afterMs : Number.POSITIVE_INFINITY)));
}
