import { acquireAndSettle } from "./slots.ts";
import { startChild } from "./support/child.ts";
import { atRate, describe } from "./support/compare.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import { median } from "./support/load.ts";

const ROWS_PER_SECOND = 20_000;
const UNITS_PER_SECOND = 500;
const ROUNDS = 3;

/**
 * AcquireSlot while the same process writes 20,000 rows a second into a ledger, beside one that makes as many rows, as its
 * calls would, and drops them.
 */
export async function benchLedgerLoad(print: (line: string) => void): Promise<void> {
  using config = writeConfig(benchConfig("http://127.0.0.1:9/v1"));
  const p99s: Record<"dropped" | "kept", number[]> = { dropped: [], kept: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const fate of ["dropped", "kept"] as const) {
      await using server = await startChild(
        "bench/servers/ledger-load.ts",
        [config.path, String(ROWS_PER_SECOND), fate],
        /"grpc":"127\.0\.0\.1:(\d+)"/,
      );
      await atRate(server, { unitsPerSecond: UNITS_PER_SECOND, durationMs: 2000, work: acquireAndSettle });
      const seen = await atRate(server, {
        unitsPerSecond: UNITS_PER_SECOND,
        durationMs: 5000,
        work: acquireAndSettle,
      });
      print(`  ${ROWS_PER_SECOND} rows/s ${fate}: ${describe(seen)}`);
      p99s[fate].push(seen.p99Ms);
    }
  }
  const growth = median(p99s.kept) / median(p99s.dropped) - 1;
  print(`  p99 grows by ${(growth * 100).toFixed(0)} % (target at most 10 %)`);
}
