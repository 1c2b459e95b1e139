import { ManualClock } from "../../../src/core/manual-clock.ts";
import { SqliteLedger } from "../../../src/stores/sqlite/ledger.ts";
import { crashRounds, startOfLife } from "./crash-rounds.ts";

/**
 * The process that is killed: records rows as fast as the ledger takes them, and prints how many are written. Arguments:
 * the file, the number of the life, the seed.
 */
const [path = "", lifeText = "", seedText = ""] = process.argv.slice(2);
const life = Number(lifeText);
const clock = new ManualClock({ wallMs: startOfLife(life) });
let written = 0;
const ledger = await SqliteLedger.open({
  path,
  retentionMs: Number.MAX_SAFE_INTEGER,
  clock,
  onWritten: (entries) => {
    written += entries.length;
    process.stdout.write(`${written}\n`);
  },
});
for (const { passingMs, rows } of crashRounds(life, Number(seedText))) {
  // Starts a step of the ledger's upkeep, which the thread does before it writes these rows.
  clock.advance(passingMs);
  for (const row of rows) ledger.record(row);
  await ledger.flush();
}
