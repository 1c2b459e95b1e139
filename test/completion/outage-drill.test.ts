import { expect, test } from "vitest";
import { drillOutage, FAULTS } from "../support/completion/outage-drill.ts";

const TRAFFIC = { faultMs: 60_000, requestsPerSecond: 20 };
const NAMES = Object.keys(FAULTS) as (keyof typeof FAULTS)[];
const RUNS = [
  ...NAMES.flatMap((name) => [false, true].map((hedge) => ({ name, hedge, isStreamed: false }))),
  { name: "cutting after the first token", hedge: false, isStreamed: true },
  { name: "hanging", hedge: true, isStreamed: true },
] as const;

test.each(RUNS)(
  "a minute of a primary that is $name (hedged: $hedge, streamed: $isStreamed)",
  async ({ name, hedge, isStreamed }) => {
    const report = await drillOutage({ fault: FAULTS[name], hedge, isStreamed, ...TRAFFIC });
    console.log(`${name}, hedged ${hedge}, streamed ${isStreamed}: ${JSON.stringify(report)}`);
    const isCutInside = name === "cutting after the first token" && isStreamed;
    // A stream that has begun cannot be begun elsewhere: of those, 5 open the breaker, one may run beside them, and each
    // probe is one more.
    const failures = 6 + report.breaker.filter((state) => state === "half_open").length;
    expect(report.failedCount).toBeLessThanOrEqual(isCutInside ? failures : report.requestCount / 1_000);
    // Slow alone is no failure; to be overtaken again and again is.
    const staysUp = name === "429" || (name === "slow" && !hedge);
    if (staysUp) expect(report.breaker).toEqual([]);
    else {
      expect(report.breaker[0]).toBe("open");
      expect(report.breaker.at(-1)).toBe("closed");
      expect(report.mostProbes).toBe(1);
    }
    expect(report.isRecovered).toBe(true);
    expect(report.recoveryMs).toBeLessThanOrEqual(61_000);
  },
);
