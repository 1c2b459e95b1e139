import type { AttemptErrorReason } from "../../../src/core/attempt-error.ts";
import type { World, WorldModel, WorldRequest } from "./random-world.ts";

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
