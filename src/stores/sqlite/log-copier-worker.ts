import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { explainProblem } from "./explain-problem.ts";

/** How long this thread waits for the one that schedules. */
const BUSY_TIMEOUT_MS = 1_000;

/**
 * Runs in a thread of its own: copies what has been committed from the log into the file, without stopping writers. The
 * write that follows makes the log begin anew, which waits for the disk once more: better here than at the next commit.
 * Answers each time why it could not; undefined: it could.
 */
const path = workerData as string;
const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
database.exec("PRAGMA synchronous = NORMAL");
parentPort!.on("message", () => {
  try {
    database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    database.exec("UPDATE journal_run SET id = 0");
    parentPort!.postMessage(undefined);
  } catch (error) {
    parentPort!.postMessage(explainProblem(path, error));
  }
});
