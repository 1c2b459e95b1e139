import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../src/app.ts";
import { serve } from "../../src/cli/serve.ts";
import { SystemClock } from "../../src/core/clock.ts";
import { DAY_MS } from "../../src/core/durations.ts";
import { SqliteLedger } from "../../src/stores/sqlite/ledger.ts";
import { RowMaker } from "../support/row-maker.ts";

/**
 * Headway, and in the same process rows of a ledger that are made at a steady rate: configuration and rows per second.
 * They are dropped until SIGUSR2, kept until the next one, and so on. Rows of calls come one by one, so they are made in
 * many short turns.
 */
const [configPath = "", rowsPerSecond = ""] = process.argv.slice(2);
const TURN_MS = 1;
const rowsPerTurn = (Number(rowsPerSecond) * TURN_MS) / 1000;

const folder = mkdtempSync(join(tmpdir(), "headway-ledger-load-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const ledger = await SqliteLedger.open({
  path: join(folder, "headway.db"),
  retentionMs: 90 * DAY_MS,
  clock: new SystemClock(),
});
let isKept = false;
process.on("SIGUSR2", () => {
  isKept = !isKept;
});
const rows = new RowMaker(1);
let count = 0;
const startMs = performance.now();
setInterval(() => {
  const due = ((performance.now() - startMs) / TURN_MS) * rowsPerTurn;
  while (count < due) {
    const row = rows.make(count++, Date.now());
    if (isKept) ledger.record(row);
  }
}, TURN_MS);
await serve({ config: configPath }, createApp);
