import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { printedSeed } from "../scheduling/seed.ts";
import { type CrashReport, killAndRestart } from "./kill-and-restart.ts";

/** Kills a scheduler `kills` times under load, and expects that nothing is lost or counted twice. */
export async function expectKeptOverKills(kills: number): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), "headway-crash-"));
  try {
    const random = seededRandom(printedSeed("kill and restart"));
    const report = await killAndRestart({ kills, folder, random });
    expect(report).toMatchObject({ lives: kills + 1, undercounts: 0, daysGoneBack: 0 });
    expect(report.requests.broken).toBe(0);
    expect(report.tokens.broken).toBe(0);
    expect(report.calls).toBeGreaterThan(100 * kills);
    expect(report.restoredSlots).toBeGreaterThan(kills);
    return report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
