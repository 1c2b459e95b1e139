import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { killAndRestart } from "../support/journal/kill-and-restart.ts";
import { printedSeed } from "../support/scheduling/seed.ts";

const KILLS = 50;

test(`killed ${KILLS} times under load: no window over the limit, no double refund, no day that goes back`, {
  timeout: 300_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "headway-crash-"));
  try {
    const random = seededRandom(printedSeed("kill and restart"));
    const report = await killAndRestart({ kills: KILLS, folder, random });
    console.log(report);
    expect(report).toMatchObject({ lives: KILLS + 1, undercounts: 0, daysGoneBack: 0 });
    expect(report.requests.broken).toBe(0);
    expect(report.tokens.broken).toBe(0);
    expect(report.calls).toBeGreaterThan(100 * KILLS);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
