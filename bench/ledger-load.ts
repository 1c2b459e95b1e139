import { acquireAndSettle } from "./slots.ts";
import { startChild } from "./support/child.ts";
import { atRate, describe } from "./support/compare.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import { median } from "./support/load.ts";

const ROWS_PER_SECOND = 20_000;
const UNITS_PER_SECOND = 500;
const ROUNDS = 3;

/** AcquireSlot while the same process writes 20,000 rows a second into a ledger, beside one that writes none. */
export async function benchLedgerLoad(print: (line: string) => void): Promise<void> {
  using config = writeConfig(benchConfig("http://127.0.0.1:9/v1"));
  const p99s: Record<number, number[]> = { 0: [], [ROWS_PER_SECOND]: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const rows of [0, ROWS_PER_SECOND]) {
      await using server = await startChild(
        "bench/servers/ledger-load.ts",
        [config.path, String(rows)],
        /"grpc":"127\.0\.0\.1:(\d+)"/,
      );
      await atRate(server, { unitsPerSecond: UNITS_PER_SECOND, durationMs: 2000, work: acquireAndSettle });
      const seen = await atRate(server, {
        unitsPerSecond: UNITS_PER_SECOND,
        durationMs: 5000,
        work: acquireAndSettle,
      });
      print(`  ${rows} rows/s: ${describe(seen)}`);
      p99s[rows]!.push(seen.p99Ms);
    }
  }
  const growth = median(p99s[ROWS_PER_SECOND]!) / median(p99s[0]!) - 1;
  print(`  p99 grows by ${(growth * 100).toFixed(0)} % (target at most 10 %)`);
}
