import { expect, it } from "vitest";
import type { CompleteCommand } from "../../src/completion/complete-request.ts";
import type { CompleteResult } from "../../src/completion/complete-result.ts";
import type { AttemptErrorReason } from "../../src/core/attempt-error.ts";
import type { Refusal } from "../../src/core/refusal.ts";
import { makeCompleterBench, runClock } from "../support/completion/completer-bench.ts";
import { makeCommand } from "../support/completion/make-command.ts";

const CONFIG = `
providers:
  p: {type: openai_compatible, base_url: "http://127.0.0.1:9/v1", api_key: none, max_retries: 0, models: {first: {}}}
  q: {type: openai_compatible, base_url: "http://127.0.0.1:9/v1", api_key: none, retry_delay: 10ms, models: {second: {}}}
`;

/** The end of a request after the first choice's breaker has opened and the second's every call fails. */
async function askBehindOpenBreaker(
  changes: Partial<CompleteCommand>,
  deadlineMs?: number,
  secondFailsWith: AttemptErrorReason = "UNKNOWN",
): Promise<{ readonly end: CompleteResult | Refusal; readonly tookMs: number }> {
  const { clock, completer } = await makeCompleterBench({
    config: CONFIG,
    seed: 1,
    lineOf: (deployment, index) =>
      deployment === "p/first" && index >= 5
        ? { kind: "answer", afterMs: 10 }
        : { kind: "fail", afterMs: 10, reason: deployment === "p/first" ? "SERVER_ERROR" : secondFailsWith },
    onCall: () => {},
  });
  const signal = new AbortController().signal;
  const ask = (asked: Partial<CompleteCommand>, ownDeadlineMs?: number) =>
    runClock(
      clock,
      completer.complete(
        { ...COMMAND, ...asked },
        { caller: { tenant: "default" }, signal, deadlineMs: ownDeadlineMs },
      ),
    );
  for (let index = 0; index < 5; index++) await ask({ fallbackModels: [] });
  const startMs = clock.monotonicMs();
  const end = await ask(changes, deadlineMs === undefined ? undefined : startMs + deadlineMs);
  return { end, tookMs: clock.monotonicMs() - startMs };
}

it("when all others have failed, the first choice is waited for behind its breaker and asked", async () => {
  const { end, tookMs } = await askBehindOpenBreaker({ maxWaitMs: 30_000 });
  expect(end).toMatchObject({ model: "p/first" });
  const { attempts, route } = end as CompleteResult;
  expect(attempts.map(({ deployment, cause, outcome }) => [deployment, cause, outcome])).toEqual([
    ["q/second", "fallback_unavailable", "failed"],
    ["p/first", "fallback_error", "succeeded"],
  ]);
  expect(tookMs).toBeGreaterThanOrEqual(4_980);
  expect(tookMs).toBeLessThan(5_100);
  expect(route.map(({ deployment, verdict }) => [deployment, verdict])).toEqual([
    ["q/second", "eligible"],
    ["p/first", "eligible"],
  ]);
  expect(route[1]!.explanation).toBe(
    "at first skipped: it failed too often lately; its breaker is open for another 5 s; " +
      "when no other was left: the model asked for; starts at once; answered",
  );
  expect(attempts[1]!.explanation).toBe(route[1]!.explanation.replace("; answered", ""));
});

it.each([
  ["max_wait does not allow the wait", { maxWaitMs: 1_000 }, undefined],
  ["the deadline does not allow the wait", {}, 3_000],
  ["no attempt is left", { maxAttemptCount: 1 }, undefined],
  ["fail_fast tries the first only", { strategy: "fail_fast" }, undefined],
] as const)("it is refused at once when %s", async (_, changes, deadlineMs) => {
  const { end, tookMs } = await askBehindOpenBreaker(changes, deadlineMs);
  expect(end).toMatchObject({ kind: "refused" });
  expect((end as Refusal).message).toContain("p/first skipped: it failed too often lately");
  expect(tookMs).toBeLessThan(100);
});

it("of its attempts one is kept for the first choice, if it can be called in time", async () => {
  const { end } = await askBehindOpenBreaker({ maxAttemptCount: 3 }, undefined, "SERVER_ERROR");
  expect((end as CompleteResult).attempts.map(({ deployment }) => deployment)).toEqual([
    "q/second",
    "q/second",
    "p/first",
  ]);
});

it("none is kept for it if it cannot", async () => {
  const impatient = { maxAttemptCount: 3, maxWaitMs: 1_000 };
  const { end } = await askBehindOpenBreaker(impatient, undefined, "SERVER_ERROR");
  expect((end as Refusal).metadata).toMatchObject({
    attempt_1: "q/second SERVER_ERROR",
    attempt_2: "q/second SERVER_ERROR",
    attempt_3: "q/second SERVER_ERROR",
  });
});

const COMMAND = makeCommand(10, { model: "p/first", fallbackModels: ["q/second"], maxWaitMs: 30_000 });
