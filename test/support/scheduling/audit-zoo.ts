import { expect } from "vitest";
import type { Outcome } from "./saturate.ts";
import type { ZooCase } from "./zoo-cases.ts";

/** Nothing was turned away, and the auditor finds no window above a limit. */
export function expectKept(zooCase: ZooCase, outcome: Outcome): void {
  expect(outcome.leaked429, `${zooCase.name}: 429s`).toBe(0);
  for (const { counts, windowMs, amount } of zooCase.limits) {
    if (counts !== "requests" && counts !== "tokens") continue;
    // Tokens that are counted at the end are not seen by one who knows arrivals only.
    if (counts === "tokens" && zooCase.counting.at !== "start") continue;
    const auditor = counts === "requests" ? outcome.requestsAudit : outcome.tokensAudit;
    const audit = auditor.check(windowMs, amount - 2);
    expect(audit.arrivals).toBeGreaterThan(0);
    expect(audit.broken, `${zooCase.name}: windows of ${windowMs} ms above ${amount - 2} ${counts}`).toBe(0);
  }
}
