import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { MAX_TIMER_MS, SystemClock } from "../../src/core/clock.ts";

test("a delay longer than the platform's timers take is not run at once", async () => {
  const clock = new SystemClock();
  const run: string[] = [];
  const timers = [
    clock.after(MAX_TIMER_MS + 1, () => run.push("a month")),
    clock.after(Number.POSITIVE_INFINITY, () => run.push("never")),
    clock.after(-5, () => run.push("now")),
  ];
  await sleep(50);
  for (const timer of timers) timer.cancel();
  expect(run).toEqual(["now"]);
});

test("a timer that is cancelled does not run", async () => {
  const run: string[] = [];
  new SystemClock().after(1, () => run.push("cancelled")).cancel();
  await sleep(20);
  expect(run).toEqual([]);
});
