import { expect, test } from "vitest";
import { drillOutage, FAULTS } from "../support/completion/outage-drill.ts";

const TRAFFIC = { faultMs: 60_000, requestsPerSecond: 20 };
const CUT = "cutting after the first token";
const LATER_CUT = "cutting a second after the first token";
const NAMES = (Object.keys(FAULTS) as (keyof typeof FAULTS)[]).filter((name) => name !== LATER_CUT);
const RUNS = [
  ...NAMES.flatMap((name) => [false, true].map((hedge) => ({ name, hedge, streamed: "none" }) as const)),
  { name: CUT, hedge: false, streamed: "all" },
  { name: CUT, hedge: true, streamed: "all" },
  { name: CUT, hedge: false, streamed: "mixed" },
  { name: LATER_CUT, hedge: false, streamed: "all" },
  { name: LATER_CUT, hedge: false, streamed: "mixed" },
  { name: "hanging", hedge: true, streamed: "all" },
] as const;

/**
 * Streams that have begun cannot be begun elsewhere: so many have when the first of them breaks off, at 20 requests a
 * second. Those that begin after it are held back.
 */
function begunAtFirstCut(name: string, streamed: "all" | "none" | "mixed"): number {
  if (streamed === "none") return 0;
  if (name === CUT) return 1;
  return name === LATER_CUT ? 21 / (streamed === "mixed" ? 2 : 1) : 0;
}

test.each(RUNS)(
  "a minute of a primary that is $name (hedged: $hedge, streamed: $streamed)",
  async ({ name, hedge, streamed }) => {
    const report = await drillOutage({ fault: FAULTS[name], hedge, streamed, ...TRAFFIC });
    console.log(`${name}, hedged ${hedge}, streamed ${streamed}: ${JSON.stringify(report)}`);
    expect(report.failedCount).toBeLessThanOrEqual(Math.ceil(begunAtFirstCut(name, streamed)));
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
