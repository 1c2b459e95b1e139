import { expect } from "vitest";
import type { CompleteResult } from "../../../src/completion/complete-result.ts";
import type { Refusal } from "../../../src/core/refusal.ts";
import type { BreakerView } from "../../../src/fallback/snapshot.ts";
import { makeCompleterBench, runClock } from "./completer-bench.ts";
import { couldAnswer, missedChance } from "./could-answer.ts";
import { whyNoRetry } from "./judge-retry.ts";
import { configOf, randomWorld, SMALL_CONTEXT, type World, type WorldRequest } from "./random-world.ts";
import type { SeenCall } from "./scripted-provider.ts";

/** What a world has shown. */
export interface WorldReport {
  readonly answered: number;
  readonly refused: number;
  /** Requests of which it was sure beforehand that a candidate can answer them. */
  readonly sure: number;
  readonly calls: number;
  /** Calls of a deployment that the same request had called before; each is judged. */
  readonly retries: number;
  /** Attempts of answered requests whose stream was held back. */
  readonly heldBack: number;
  readonly hedges: number;
  /** Requests that were answered by a candidate that had been passed over at first. */
  readonly foundAgain: number;
}

/** A call, and the breaker as it was when it began. */
type JudgedCall = SeenCall & { readonly breaker: BreakerView };

interface Ended {
  readonly asked: WorldRequest;
  readonly end: CompleteResult | Refusal;
}

/** Plays the world of a seed on the real completion, and holds what happened to what must hold. */
export async function checkWorld(seed: number): Promise<WorldReport> {
  const world = randomWorld(seed);
  const calls: JudgedCall[] = [];
  const violations: unknown[] = [];
  let retries = 0;
  const bench = await makeCompleterBench({
    config: configOf(world),
    seed,
    lineOf: (deployment, index) => {
      const { lines } = world.models.find(({ id }) => id === deployment)!;
      return lines[index % lines.length]!;
    },
    onCall(seen) {
      const breaker = bench.health.breaker(seen.deployment);
      const others = calls.filter(({ deployment }) => deployment === seen.deployment);
      calls.push(Object.assign(seen, { breaker }));
      try {
        expectAllowed(world, calls.at(-1)!, others);
        expectFairRetry(seen);
      } catch (error) {
        // Thrown here it would be an attempt that failed.
        violations.push(error);
      }
    },
  });
  const { clock, completer } = bench;
  const seenBy = {
    breakerOf: (id: string) => bench.health.breaker(id),
    callsOf: (id: string) => calls.filter(({ deployment }) => deployment === id),
  };
  const expectFairRetry = ({ call, deployment, startMs }: SeenCall): void => {
    const asked = world.requests.find((request) => isOf(call.request.messages, request))!;
    const own = calls.filter((one) => isOf(one.call.request.messages, asked)).slice(0, -1);
    if (!own.some((one) => one.deployment === deployment)) return;
    retries++;
    const why = whyNoRetry(world, { asked, nowMs: startMs, deployment, own, ...seenBy });
    if (why !== undefined) throw new Error(`${asked.command.requestId} retries ${deployment} ${why}`);
  };
  const expectNoMissedChance = (asked: WorldRequest, { message }: Refusal, hasHeard: boolean): void => {
    const missed = missedChance(world, {
      asked,
      nowMs: clock.monotonicMs(),
      own: calls.filter(({ call }) => isOf(call.request.messages, asked)),
      hasHeard,
      ...seenBy,
    });
    if (missed !== undefined) throw new Error(`${missed} was free when this was refused: ${message}`);
  };
  const ask = async (asked: WorldRequest): Promise<Ended> => {
    await new Promise<void>((resolve) => void clock.after(asked.atMs, resolve));
    const left = new AbortController();
    const { deadlineMs } = asked;
    const timer =
      deadlineMs === undefined ? undefined : clock.after(deadlineMs, () => left.abort("deadline"));
    const call = {
      caller: { tenant: "default" },
      signal: left.signal,
      deadlineMs: deadlineMs === undefined ? undefined : clock.monotonicMs() + deadlineMs,
    };
    try {
      const heard = new Set<string>();
      const end = asked.isStreamed
        ? await readStream(completer.stream(asked.command, call), heard)
        : await completer.complete(asked.command, call);
      if ("kind" in end) expectNoMissedChance(asked, end, heard.size > 0);
      return { asked, end };
    } finally {
      timer?.cancel();
    }
  };
  const ended = await runClock(clock, Promise.all(world.requests.map(ask)));

  if (violations.length > 0) throw violations[0];
  let sure = 0;
  for (const { asked, end } of ended) {
    const own = calls.filter(({ call }) => isOf(call.request.messages, asked));
    expect(own.length, "attempts").toBeLessThanOrEqual(asked.command.maxAttemptCount!);
    if ("attempts" in end) expectCharged(end, asked, own.length);
    const isSure = couldAnswer(world, asked);
    sure += Number(isSure);
    if (isSure && "kind" in end) throw new Error(`${asked.command.requestId} was refused: ${end.message}`);
  }
  await expectSums(world, bench, ended);
  const results = ended.flatMap(({ end }) => ("attempts" in end ? [end] : []));
  return {
    answered: results.length,
    refused: ended.length - results.length,
    sure,
    calls: calls.length,
    retries,
    heldBack: results
      .flatMap(({ attempts }) => attempts)
      .filter(({ explanation }) => explanation.includes("held back")).length,
    foundAgain: results.filter(({ model, route }) =>
      route.some((one) => one.model === model && one.explanation.includes("when no other was left")),
    ).length,
    hedges: results.flatMap(({ attempts }) => attempts).filter(({ cause }) => cause === "hedge").length,
  };
}

/** Reads a stream, of which only one provider may be heard; notes in `heard` who is. */
async function readStream(
  events: ReturnType<Awaited<ReturnType<typeof makeCompleterBench>>["completer"]["stream"]>,
  heard: Set<string>,
): Promise<CompleteResult | Refusal> {
  for await (const event of events) {
    if (event.kind === "delta") heard.add(event.text);
    expect(heard.size, "providers heard").toBeLessThanOrEqual(1);
    if (event.kind === "done") {
      expect([...heard]).toEqual([event.result.model]);
      return event.result;
    }
    if (event.kind === "refused") return event;
  }
  throw new Error("a stream ended without an end");
}

function isOf(messages: SeenCall["call"]["request"]["messages"], { command }: WorldRequest): boolean {
  return messages[0] === command.request.messages[0];
}

/** Breaker, limits, context and budget let the call pass. `others`: the earlier calls of the same deployment. */
function expectAllowed(world: World, seen: JudgedCall, others: readonly JudgedCall[]): void {
  const running = others.filter(({ endMs }) => endMs === undefined);
  expect(seen.breaker.kind, "breaker").not.toBe("open");
  if (seen.breaker.kind === "half_open") {
    expect(
      running.filter(({ breaker }) => breaker.kind === "half_open"),
      "probes at once",
    ).toEqual([]);
  }
  const model = world.models.find(({ id }) => id === seen.deployment)!;
  if (model.concurrent !== undefined) expect(running.length).toBeLessThan(model.concurrent);
  const inWindow = others.filter(({ startMs }) => startMs > seen.startMs - 60_000);
  if (model.rpm !== undefined) expect(inWindow.length, "calls in a minute").toBeLessThan(model.rpm);
  const asked = world.requests.find((request) => isOf(seen.call.request.messages, request))!;
  if (asked.isLarge) expect(model.contextTokens, "context").toBeGreaterThan(SMALL_CONTEXT);
  if (world.dailyBudgetUsd !== undefined || asked.command.maxCostNanoUsd !== undefined) {
    expect(model.price, "a price where a budget applies").toBeDefined();
  }
}

function expectCharged(result: CompleteResult, asked: WorldRequest, callCount: number): void {
  expect(result.attempts).toHaveLength(callCount);
  const sum = result.attempts.reduce((total, { cost }) => total + (cost?.totalNanoUsd ?? 0n), 0n);
  if (result.cost !== undefined) expect(result.cost.totalNanoUsd, "total charged").toBe(sum);
  const { maxCostNanoUsd } = asked.command;
  if (maxCostNanoUsd !== undefined) expect(sum <= maxCostNanoUsd, "within max_cost").toBe(true);
  const answering = result.attempts.filter(({ outcome }) => outcome === "succeeded");
  expect(answering.map(({ model }) => model)).toEqual([result.model]);
  expect(result.attempts.filter(({ cause }) => cause === "hedge").length).toBeLessThanOrEqual(1);
}

/** Nothing stays reserved, and ledger, budget and answers tell the same sum. */
async function expectSums(
  world: World,
  { budgets, clock, ledger, scheduler }: Awaited<ReturnType<typeof makeCompleterBench>>,
  ended: readonly Ended[],
): Promise<void> {
  expect(scheduler.openLeases, "open slots").toBe(0);
  const all = { models: [], tenant: undefined, startWallMs: undefined, endWallMs: undefined };
  const { totals } = await ledger.query({ ...all, groupBy: [] });
  expect(totals.requests).toBe(ended.length);
  const spent = totals.cost?.totalNanoUsd ?? 0n;
  const told = ended.flatMap(({ end }) => ("attempts" in end ? end.attempts : []));
  const answered = told.reduce((sum, { cost }) => sum + (cost?.totalNanoUsd ?? 0n), 0n);
  expect(spent >= answered, "the ledger holds every answer's cost").toBe(true);
  const [daily] = budgets.reports();
  if (world.dailyBudgetUsd === undefined || clock.monotonicMs() >= 86_400_000) return;
  expect(daily?.usedNanoUsd, "budget and ledger").toBe(spent);
  expect(daily?.reservedNanoUsd).toBe(0n);
  expect(spent <= daily!.amountNanoUsd, "within the budget").toBe(true);
}
