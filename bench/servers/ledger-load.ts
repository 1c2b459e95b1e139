import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { createApp } from "../../src/app.ts";
import { serve } from "../../src/cli/serve.ts";
import { SystemClock } from "../../src/core/clock.ts";
import { DAY_MS } from "../../src/core/durations.ts";
import type { LedgerEntry } from "../../src/cost/ledger.ts";
import { SqliteLedger } from "../../src/stores/sqlite/ledger.ts";
import { RowMaker } from "../support/row-maker.ts";

/**
 * Headway, and in the same process rows of a ledger that are made at a steady rate: configuration and rows per second.
 * They are dropped until SIGUSR2, kept until the next one, only counted for a bare thread until the third, and so on. Rows
 * of calls come one by one, so they are made in many short turns.
 */
const [configPath = "", rowsPerSecond = ""] = process.argv.slice(2);
const TURN_MS = 1;
/** Rows for which the bare thread is woken up, as many as a batch of the ledger has. */
const ROWS_PER_MESSAGE = 250;
const rowsPerTurn = (Number(rowsPerSecond) * TURN_MS) / 1000;

const folder = mkdtempSync(join(tmpdir(), "headway-ledger-load-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const ledger = await SqliteLedger.open({
  path: join(folder, "headway.db"),
  retentionMs: 90 * DAY_MS,
  clock: new SystemClock(),
});
const bareThread = new Worker(new URL("bare-thread.ts", import.meta.url));
bareThread.unref();
let countedRows = 0;
function count(): void {
  if (++countedRows % ROWS_PER_MESSAGE === 0) bareThread.postMessage(ROWS_PER_MESSAGE);
}
const fates: ((row: LedgerEntry) => void)[] = [() => {}, (row) => ledger.record(row), count];
process.on("SIGUSR2", () => fates.push(fates.shift()!));
const rows = new RowMaker(1);
let rowCount = 0;
const startMs = performance.now();
setInterval(() => {
  const due = ((performance.now() - startMs) / TURN_MS) * rowsPerTurn;
  while (rowCount < due) fates[0]!(rows.make(rowCount++, Date.now()));
}, TURN_MS);
await serve({ config: configPath }, createApp);
