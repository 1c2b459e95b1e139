import { expect } from "vitest";
import { GUARD_MS, JITTER_MS } from "./socket-profiles.ts";
import type { SocketZooRun } from "./socket-zoo.ts";

/** The part of cap · W / (W + D) that is used at least. */
const LEAST_UTILIZATION = 0.97;

/**
 * Whether the machine kept calls on their way for longer than the guard, by the word of a client or of the providers. The
 * guarantee rests on calls that arrive within it, so nothing follows of such a run.
 */
export function wasDisturbed({ clients, longestStallMs }: SocketZooRun): boolean {
  return longestStallMs >= GUARD_MS - JITTER_MS || clients.some(({ missed }) => missed > 0);
}

/** Nothing was turned away, no auditor found a window above its cap, and what there was has been used. */
export function expectSocketZooKept(run: SocketZooRun): void {
  const { providers, clients } = run;
  console.table(providers);
  console.table(clients.map(({ failures, ...counts }) => ({ ...counts, failures: failures.length })));
  expect(wasDisturbed(run), "the machine stood still").toBe(false);
  for (const { name, leaked429, brokenWindows, utilization } of providers) {
    expect({ name, leaked429, brokenWindows }).toEqual({ name, leaked429: 0, brokenWindows: 0 });
    expect(utilization, name).toBeGreaterThanOrEqual(LEAST_UTILIZATION);
  }
  for (const { completes, slots, refused, failures } of clients) {
    expect(failures).toEqual([]);
    expect(Math.min(completes, slots, refused)).toBeGreaterThan(0);
  }
}
