import { expect } from "vitest";
import type { SpendingReport } from "./spend-and-kill.ts";

const CENT = 10_000_000n;
const DOLLAR = 100n * CENT;
const DAY_MS = 86_400_000;

/** Holds what was seen to what is promised; `lost`: calls of which Headway may never hear, since it was killed. */
export function checkSpending(report: SpendingReport, mostLost: number): void {
  const { spentNanoUsd, usedNanoUsd, reservedNanoUsd, answered, refusals } = report;
  const countedNanoUsd = usedNanoUsd + reservedNanoUsd;
  expect(spentNanoUsd).toBeLessThanOrEqual(DOLLAR);
  // All that was spent is counted, and nothing else but calls that it could not know the end of.
  expect(countedNanoUsd).toBeGreaterThanOrEqual(spentNanoUsd);
  expect(countedNanoUsd).toBeLessThanOrEqual(DOLLAR);
  expect(countedNanoUsd - spentNanoUsd).toBeLessThanOrEqual(BigInt(mostLost) * 2n * CENT);
  expect(answered + refusals.length).toBe(200);
  // Nothing is refused while another call has room.
  expect(refusals.length).toBeGreaterThan(0);
  expect(countedNanoUsd).toBeGreaterThan(DOLLAR - 2n * CENT);
  const now = new Date();
  const monthEndMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
  for (const { code, reason, quotas, retryDelayMs } of refusals) {
    expect(code).toBe("ResourceExhausted");
    expect(quotas).toContain("budget monthly");
    if (reason === "WAIT_TOO_LONG") {
      // It would fit if what is reserved were given back.
      expect(reservedNanoUsd).toBeGreaterThan(0n);
      continue;
    }
    expect(reason).toBe("BUDGET_EXCEEDED");
    expect(usedNanoUsd).toBeGreaterThan(DOLLAR - 2n * CENT);
    expect(Math.abs(now.getTime() + retryDelayMs! - monthEndMs)).toBeLessThan(DAY_MS);
  }
}
