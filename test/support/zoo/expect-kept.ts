import { expect } from "vitest";
import { GUARD_MS, JITTER_MS } from "./socket-profiles.ts";
import type { SocketZooRun } from "./socket-zoo.ts";

/** The part of cap · W / (W + D) that is used at least. */
const LEAST_UTILIZATION = 0.97;

/** Nothing was turned away, no auditor found a window above its cap, and what there was has been used. */
export function expectSocketZooKept({ providers, clients, longestStallMs }: SocketZooRun): void {
  console.table(providers);
  console.table(clients.map(({ failures, ...counts }) => ({ ...counts, failures: failures.length })));
  // The guarantee rests on calls that arrive within the guard: a machine that stands still for so long breaks it.
  expect(longestStallMs, "the machine stood still").toBeLessThan(GUARD_MS - JITTER_MS);
  for (const { name, leaked429, brokenWindows, utilization } of providers) {
    expect({ name, leaked429, brokenWindows }).toEqual({ name, leaked429: 0, brokenWindows: 0 });
    expect(utilization, name).toBeGreaterThanOrEqual(LEAST_UTILIZATION);
  }
  for (const { completes, slots, refused, failures } of clients) {
    expect(failures).toEqual([]);
    expect(Math.min(completes, slots, refused)).toBeGreaterThan(0);
  }
}
