import { acquireAndSettle } from "./slots.ts";
import { startChild } from "./support/child.ts";
import { atRate, describe } from "./support/compare.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import { type LoadResult, median } from "./support/load.ts";

const ROWS_PER_SECOND = 20_000;
const UNITS_PER_SECOND = 500;
const STRETCH_MS = 2_000;
/** Of each kind; so many before them are not counted, in which code is compiled. */
const STRETCHES = 15;
const WARM_UPS = 4;

/**
 * AcquireSlot while the same process writes 20,000 rows a second into a ledger, in turn with stretches in which it makes
 * as many rows, as its calls would, and drops them: neither another process nor another minute is compared with. In
 * further stretches there is no ledger but a bare thread that works a third as long: what any thread costs here.
 */
export async function benchLedgerLoad(print: (line: string) => void): Promise<void> {
  using config = writeConfig(benchConfig("http://127.0.0.1:9/v1"));
  await using server = await startChild(
    "bench/servers/ledger-load.ts",
    [config.path, String(ROWS_PER_SECOND)],
    /"grpc":"127\.0\.0\.1:(\d+)"/,
  );
  const load = { unitsPerSecond: UNITS_PER_SECOND, durationMs: STRETCH_MS, work: acquireAndSettle };
  const stretches = { dropped: [], kept: [], "for a bare thread": [] } satisfies Record<string, LoadResult[]>;
  for (let count = -WARM_UPS; count < STRETCHES; count++) {
    for (const results of Object.values<LoadResult[]>(stretches)) {
      const result = await atRate(server, load);
      if (count >= 0) results.push(result);
      process.kill(server.pid, "SIGUSR2");
    }
  }
  for (const [fate, results] of Object.entries<LoadResult[]>(stretches)) {
    const p99s = results.map(({ p99Ms }) => p99Ms.toFixed(1)).join(" ");
    const growth = medianOf(results).p99Ms / medianOf(stretches.dropped).p99Ms - 1;
    const change = `p99 ${growth < 0 ? "" : "+"}${(growth * 100).toFixed(0)} %`;
    print(`  ${ROWS_PER_SECOND} rows/s ${fate}: ${describe(medianOf(results))}, ${change} (${p99s})`);
  }
  print("  target: beside rows that are kept +10 % at most");
}

/** Each figure's median, and all errors. */
function medianOf(results: readonly LoadResult[]): LoadResult {
  const of = (figure: (result: LoadResult) => number): number => median(results.map(figure));
  return {
    callsPerSecond: of(({ callsPerSecond }) => callsPerSecond),
    cpuMicrosPerCall: of(({ cpuMicrosPerCall }) => cpuMicrosPerCall),
    errors: results.reduce((sum, { errors }) => sum + errors, 0),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
  };
}
