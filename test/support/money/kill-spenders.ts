import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../../src/core/random.ts";
import { printedSeed } from "../scheduling/seed.ts";
import { checkSpending } from "./check-spending.ts";
import { type SpendingReport, type SpendingWay, spendAndKill } from "./spend-and-kill.ts";

/** Runs 200 callers against a budget with `kills` in between, and checks what they spent. */
export async function killSpenders(way: SpendingWay, kills: number): Promise<SpendingReport> {
  const folder = mkdtempSync(join(tmpdir(), "headway-spending-"));
  try {
    const random = seededRandom(printedSeed(`${way} and kill`));
    const report = await spendAndKill({ way, kills, folder, random });
    checkSpending(report, 50 * kills);
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
