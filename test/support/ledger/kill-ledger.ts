import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const CHILD = fileURLToPath(new URL("./crash-child.ts", import.meta.url));
const SQLITE_BUSY = 5;

/** One life of the process, and when it ends. */
export interface LedgerLife {
  readonly path: string;
  readonly life: number;
  readonly seed: number;
  /** Rows that it is told are written. */
  readonly rowCount: number;
  /** Transactions that pass after them. */
  readonly transactionCount: number;
  /** In the middle of the next transaction that writes, or between that one and the one after it. */
  readonly moment: "inside" | "between";
}

/** Runs `crash-child.ts` and kills it with SIGKILL. Returns how many rows it was told are written. */
export async function killLedger(life: LedgerLife): Promise<number> {
  const child = spawn(process.execPath, [CHILD, life.path, String(life.life), String(life.seed)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  const hasWritten = Promise.withResolvers<void>();
  let output = "";
  let errors = "";
  const writtenCount = (): number => Number(output.split("\n").at(-2) ?? 0);
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
    if (writtenCount() >= life.rowCount) hasWritten.resolve();
  });
  await Promise.race([hasWritten.promise, closed]);
  const database = new DatabaseSync(life.path, { timeout: 0 });
  try {
    await reachMoment(life, child, database);
  } finally {
    // Stopped there, and killed when no other process has the file open.
    child.kill("SIGSTOP");
    database.close();
    child.kill("SIGKILL");
  }
  await closed;
  if (child.signalCode !== "SIGKILL") throw new Error(`the process ended: ${errors}`);
  return writtenCount();
}

/** Resolves with the file locked where the moment is between two transactions. */
async function reachMoment(
  { transactionCount, moment }: LedgerLife,
  child: ChildProcess,
  database: DatabaseSync,
): Promise<void> {
  for (let passed = 0; child.exitCode === null; passed++) {
    while (child.exitCode === null && lock(database)) {
      database.exec("ROLLBACK");
      await turn();
    }
    if (passed === transactionCount && moment === "inside") return;
    while (!lock(database)) await turn();
    if (passed === transactionCount) return;
    database.exec("ROLLBACK");
  }
}

/** Keeps others from writing. False: another is in the middle of a transaction that writes. */
function lock(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    // The lower byte of SQLite's extended codes says what kind of error it is.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return false;
    throw error;
  }
}
