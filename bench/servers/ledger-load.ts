import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../src/app.ts";
import { serve } from "../../src/cli/serve.ts";
import { SystemClock } from "../../src/core/clock.ts";
import type { LedgerSink } from "../../src/cost/ledger.ts";
import { SqliteLedger } from "../../src/stores/sqlite/ledger.ts";
import { RowMaker } from "../support/row-maker.ts";

/**
 * Headway, and in the same process rows of a ledger that are made at a steady rate: configuration, rows per second, and
 * `kept` in a ledger or `dropped`. Rows of calls come one by one, so they are made in many short turns.
 */
const [configPath = "", rowsPerSecond = "", fate = ""] = process.argv.slice(2);
const TURN_MS = 1;
const rowsPerTurn = (Number(rowsPerSecond) * TURN_MS) / 1000;

async function openLedger(): Promise<LedgerSink> {
  if (fate === "dropped") return { record() {} };
  const folder = mkdtempSync(join(tmpdir(), "headway-ledger-load-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "headway.db");
  return await SqliteLedger.open({ path, retentionMs: 90 * 86_400_000, clock: new SystemClock() });
}

const ledger = await openLedger();
const rows = new RowMaker(1);
let count = 0;
const startMs = performance.now();
setInterval(() => {
  const due = ((performance.now() - startMs) / TURN_MS) * rowsPerTurn;
  while (count < due) ledger.record(rows.make(count++, Date.now()));
}, TURN_MS);
await serve({ config: configPath }, createApp);
