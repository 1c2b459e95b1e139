import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { SystemClock } from "../src/core/clock.ts";
import type { UsageQuery } from "../src/cost/ledger/usage-query.ts";
import { SqliteLedger } from "../src/stores/sqlite/ledger.ts";
import { GRAINS } from "../src/stores/sqlite/ledger-grain.ts";
import { RowMaker } from "./support/row-maker.ts";

/*
 * Fills a ledger with a month of rows and asks it: `node bench/ledger.ts [rows = 1,000,000]`. 10,000,000 rows take
 * about 10 minutes and 3 GB in the system's folder for temporary files; everything is deleted at the end.
 */

const rowCount = Number(process.argv[2] ?? 1_000_000);
const DAY_MS = 86_400_000;
const END_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS + 37 * 60_000;
const START_MS = END_MS - 30 * DAY_MS;
/** Rows recorded in one turn of the event loop, as a busy server would. */
const ROWS_PER_TURN = 50;
/** Rows under way at most, so that the bench measures writing and not memory. */
const MOST_AHEAD = 20_000;

const maker = new RowMaker(1);
const folder = mkdtempSync(join(tmpdir(), "headway-ledger-bench-"));
const path = join(folder, "headway.db");
const OPTIONS = { path, retentionMs: 90 * DAY_MS, clock: new SystemClock() };

/** Processor time of this thread: other work on the machine does not count. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function fill(ledger: SqliteLedger): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let expectedNanoUsd = 0n;
  const startMs = performance.now();
  let recordMs = 0;
  let longestMs = 0;
  for (let index = 0; index < rowCount; ) {
    const rows = Array.from({ length: ROWS_PER_TURN }, () => {
      const row = maker.make(index, START_MS + Math.floor((index * 30 * DAY_MS) / rowCount));
      index++;
      return row;
    });
    for (const row of rows) expectedNanoUsd += row.cost!.totalNanoUsd;
    const turnMs = threadMs();
    for (const row of rows) ledger.record(row);
    const tookMs = threadMs() - turnMs;
    recordMs += tookMs;
    longestMs = Math.max(longestMs, tookMs);
    if (index % MOST_AHEAD === 0) await ledger.flush();
    else await nextTurn();
  }
  await ledger.flush();
  delay.disable();
  const seconds = (performance.now() - startMs) / 1000;
  console.log(`${rowCount} rows in ${seconds.toFixed(1)} s: ${Math.round(rowCount / seconds)} rows/s`);
  console.log(
    `recording: ${((recordMs * 1000) / rowCount).toFixed(2)} µs a row on the event loop; ` +
      `longest turn of ${ROWS_PER_TURN} rows ${longestMs.toFixed(1)} ms`,
  );
  console.log(
    `event loop delay: p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, max ${(delay.max / 1e6).toFixed(1)} ms`,
  );
  const { totals } = await ledger.query(everything([]));
  console.log(`sums match to the nano-dollar: ${totals.cost?.totalNanoUsd === expectedNanoUsd}`);
}

function everything(groupBy: UsageQuery["groupBy"], startWallMs?: number): UsageQuery {
  return { models: [], tenant: undefined, startWallMs, endWallMs: undefined, groupBy };
}

/** Opens the ledger anew and waits until the sums of all hours are made, as they are in an idle moment of each hour. */
async function rollUp(): Promise<SqliteLedger> {
  const startMs = performance.now();
  const ledger = await SqliteLedger.open(OPTIONS);
  const database = new DatabaseSync(path, { readOnly: true });
  // The first hours are packed last.
  const last = database.prepare("SELECT min(start_ms) AS ms FROM ledger_block WHERE grain = ?");
  while (Number(last.get(GRAINS.taggedHour.id)!.ms ?? END_MS) > START_MS) await sleep(100);
  database.close();
  const seconds = (performance.now() - startMs) / 1000;
  console.log(
    `coarse sums and blocks of 721 hours: ${seconds.toFixed(0)} s, most of it pauses for other work`,
  );
  return ledger;
}

async function ask(ledger: SqliteLedger): Promise<void> {
  const cut = START_MS + 1_234_567;
  const queries: [string, UsageQuery][] = [
    ["everything, totals", everything([])],
    ["month by model", everything(["model"], cut)],
    ["month by model, day", everything(["model", "day"], cut)],
    ["month by provider, tenant", everything(["provider", "tenant"], cut)],
    ["month by hour", everything(["hour"], cut)],
    ["month by tag", everything(["tag"], cut)],
    ["month by tag, model", everything(["tag", "model"], cut)],
    ["month by tag, tenant", everything(["tag", "tenant"], cut)],
    ["month by tag, hour", everything(["tag", "hour"], cut)],
    ["month by tenant, hour", everything(["tenant", "hour"], cut)],
    ["month by model, hour", everything(["model", "hour"], cut)],
    ["month by tenant, model, day", everything(["tenant", "model", "day"], cut)],
    ["month by tag, tenant, day", everything(["tag", "tenant", "day"], cut)],
    ["month by tag, model, tenant", everything(["tag", "model", "tenant"], cut)],
    ["month of one tenant by model, hour", { ...everything(["model", "hour"], cut), tenant: "tenant7" }],
    [
      "month of one model by tag, hour",
      { ...everything(["tag", "hour"], cut), models: ["provider1/model-1"] },
    ],
    ["month of one tenant by tag, model", { ...everything(["tag", "model"], cut), tenant: "tenant7" }],
    ["month by tag:team, day", everything(["tag:team", "day"], cut)],
    ["month of one tenant by model", { ...everything(["model"], cut), tenant: "tenant7" }],
    ["last hour by model", everything(["model"], END_MS - 3_600_000)],
    ["last 7 days by model, day", everything(["model", "day"], END_MS - 7 * DAY_MS)],
  ];
  for (const [name, query] of queries) {
    const times: number[] = [];
    let groupCount = 0;
    for (let run = 0; run < 3; run++) {
      const startMs = performance.now();
      groupCount = (await ledger.query(query)).groups.length;
      times.push(performance.now() - startMs);
    }
    console.log(`${name}: ${times.map((ms) => ms.toFixed(0)).join(", ")} ms, ${groupCount} groups`);
  }
}

try {
  const filled = await SqliteLedger.open(OPTIONS);
  await fill(filled);
  await filled.close();
  const ledger = await rollUp();
  await ask(ledger);
  await ledger.close();
  const { size } = statSync(path);
  console.log(`file: ${(size / 1e6).toFixed(0)} MB, ${(size / rowCount).toFixed(0)} bytes a row`);
} finally {
  rmSync(folder, { recursive: true });
}
