import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SystemClock } from "../../../src/core/clock.ts";
import { migrate } from "../../../src/stores/sqlite/migrate.ts";
import { openSqliteStore, type SqliteStore } from "../../../src/stores/sqlite/store.ts";
import { StoreOpenError } from "../../../src/stores/sqlite/store-open-error.ts";
import { OnePool } from "../../support/journal/one-pool.ts";
import { DAY_MS, MINUTE_MS, poolRules, requestsPer } from "../../support/scheduling/rules.ts";

const rules = poolRules([requestsPer(MINUTE_MS, 100), requestsPer(DAY_MS, 1_000)], { spacing: "none" });
const stores: SqliteStore[] = [];
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headway-store-"));
  path = join(folder, "journal.db");
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  rmSync(folder, { recursive: true });
});

function open(at = path): SqliteStore {
  const clock = new SystemClock();
  const onProblem = (explanation: string): void => {
    throw new Error(explanation);
  };
  const store = openSqliteStore({
    path: at,
    clock,
    onProblem,
    onRecovered: () => {},
    onLogProblem: onProblem,
  });
  stores.push(store);
  return store;
}

function close(store: SqliteStore): void {
  store.close();
  stores.splice(stores.indexOf(store), 1);
}

/** A file in which a process has counted something. */
function useFile(): void {
  const store = open();
  const process = new OnePool({
    clock: new SystemClock(),
    rules,
    journal: store.journal,
    state: store.restored,
  });
  for (let call = 0; call < 20; call++) process.start();
  process.scheduler.close({ kind: "refused", reason: "SHUTTING_DOWN", message: "" });
  close(store);
}

function openError(at = path): StoreOpenError {
  try {
    open(at);
  } catch (error) {
    if (error instanceof StoreOpenError) return error;
    throw error;
  }
  throw new Error("it opened");
}

test("a folder that is missing is made", () => {
  const deep = join(folder, "a", "b", "journal.db");
  expect(open(deep).restored).toEqual({ isClean: true, checkpoints: [], batches: [] });
  expect(existsSync(deep)).toBe(true);
});

test("what was counted comes back", () => {
  useFile();
  const store = open();
  const process = new OnePool({
    clock: new SystemClock(),
    rules,
    journal: store.journal,
    state: store.restored,
  });
  expect(process.report).toMatchObject({ isClean: true, openSlots: 20 });
  expect(process.counted()).toEqual([20, 20]);
  process.scheduler.close({ kind: "refused", reason: "SHUTTING_DOWN", message: "" });
});

describe("a file that cannot be used is said to be", () => {
  test("in use by another process", () => {
    open();
    expect(openError().message).toMatch(/journal\.db\.lock: another process.*storage\.path/);
  });

  test("no database", () => {
    writeFileSync(path, "This is a shopping list.\n".repeat(100));
    expect(openError().message).toContain("is not a database");
  });

  test("damaged in its pages", () => {
    useFile();
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(readFileSync(path).length - 4_096, 0xa5), 0, undefined, 4_096);
    expect(openError().message).toContain("damaged");
  });

  test("damaged in its records", () => {
    useFile();
    const database = new DatabaseSync(path);
    database.exec("UPDATE journal_checkpoint SET state = substr(state, 1, 50)");
    database.close();
    expect(openError().message).toMatch(/damaged.*backup/);
  });

  test("read-only", () => {
    useFile();
    // A file whose writers must know more than this SQLite: it can only be read, by root too.
    const file = openSync(path, "r+");
    writeSync(file, Buffer.from([9]), 0, 1, 18);
    expect(openError().message).toMatch(/cannot be written.*right to write/);
  });

  test("of a newer version", () => {
    useFile();
    const database = new DatabaseSync(path);
    database.exec("UPDATE schema_version SET version = 99 WHERE component = 'journal'");
    database.close();
    expect(openError().message).toMatch(/later version.*99/);
  });

  test("in a folder that is a file", () => {
    writeFileSync(join(folder, "file"), "");
    expect(openError(join(folder, "file", "journal.db")).message).toContain("file/journal.db");
  });
});

test("a file that is opened and closed without use keeps what is in it", () => {
  useFile();
  const { restored } = open();
  close(stores[0]!);
  expect(restored.checkpoints[0]?.checkpoint.slots.length).toBe(20);
  expect(open().restored.checkpoints[0]?.checkpoint.slots.length).toBe(20);
});

test("a file of another component gets the tables of the journal", () => {
  const database = new DatabaseSync(path);
  migrate(database, "ledger", ["CREATE TABLE ledger (id INTEGER PRIMARY KEY) STRICT"]);
  database.close();
  close(open());
  const after = new DatabaseSync(path);
  const versions = after.prepare("SELECT component, version FROM schema_version ORDER BY component").all();
  after.close();
  expect(versions.map((row) => ({ ...row }))).toEqual([
    { component: "journal", version: 1 },
    { component: "ledger", version: 1 },
  ]);
});

test("a file that failed to open is free again", () => {
  writeFileSync(path, "x".repeat(5_000));
  openError();
  rmSync(path);
  close(open());
});
