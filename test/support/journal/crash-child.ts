import { openSync, writeSync } from "node:fs";
import { SystemClock } from "../../../src/core/clock.ts";
import { callAmounts } from "../../../src/core/limit.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { Lease } from "../../../src/scheduler/lease.ts";
import { openSqliteStore } from "../../../src/stores/sqlite/store.ts";
import { crashRules } from "./crash-rules.ts";
import { OnePool } from "./one-pool.ts";

/**
 * The process that is killed: floods its pool, and writes down every call as a provider would see it, by the machine's
 * own clock, and what every settlement said was used. Arguments: journal, log, seed.
 */
const [journalPath = "", logPath = "", seed = "0"] = process.argv.slice(2);
const log = openSync(logPath, "a");
const clock = new SystemClock();
const random = seededRandom(Number(seed));
const machineMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;
const write = (line: object): void => void writeSync(log, `${JSON.stringify(line)}\n`);

const store = openSqliteStore({
  path: journalPath,
  clock,
  onProblem: fail,
  onRecovered: () => {},
  onLogProblem: fail,
});
const live = new OnePool({ clock, rules: crashRules, journal: store.journal, state: store.restored });
const [requests, tokens, day] = live.counted();
write({ kind: "started", atMs: machineMs(), requests, tokens, day, openSlots: live.report.openSlots });

// Slots of the process before are settled late, as a client would that outlived it; some are left to expire.
for (const lease of [...live.scheduler.leases()]) if (random.next() < 0.5) settle(lease);
process.stdout.write("ready\n");
// The clock's timers keep no process alive.
setInterval(() => {}, 60_000);
for (let caller = 0; caller < 40; caller++) void flood();

function fail(explanation: string): never {
  throw new Error(explanation);
}

async function flood(): Promise<void> {
  for (;;) {
    const input = 5 + Math.floor(random.next() * 30);
    const outcome = live.ask(callAmounts(input, 20), 60_000, 5_000);
    const answer = outcome.kind === "waiting" ? await outcome.answer : outcome;
    if (answer.kind !== "lease") throw new Error(answer.message);
    // Taken before the look at the guard: a machine that stands still between the two must not make a call of it.
    const atMs = machineMs();
    if (clock.monotonicMs() - answer.startMs > crashRules.guardMs) {
      live.scheduler.release(answer);
      continue;
    }
    write({ kind: "call", atMs, tokens: answer.totalTokens, slotId: answer.id });
    await new Promise((resolve) => setTimeout(resolve, random.next() * 30));
    if (random.next() < 0.8) settle(answer);
  }
}

function settle(lease: Lease): void {
  const used = callAmounts(lease.inputTokens, Math.floor(random.next() * lease.outputTokens));
  live.scheduler.settle(lease, used);
  write({ kind: "settled", slotId: lease.id, tokens: used.totalTokens });
}
