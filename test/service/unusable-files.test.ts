import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { ANSWERS_MIGRATIONS } from "../../src/stores/sqlite/answers-table.ts";
import { holdLock } from "../../src/stores/sqlite/hold-lock.ts";
import { JOURNAL_MIGRATIONS } from "../../src/stores/sqlite/journal-migrations.ts";
import { LEDGER_MIGRATIONS } from "../../src/stores/sqlite/ledger-migrations.ts";
import { ask } from "../support/service/talk.ts";
import { STORED_FILES, Storage, type StoredHeadway } from "../support/storage/stored-headway.ts";

const FILES = Object.keys(STORED_FILES) as (keyof typeof STORED_FILES)[];
const BUDGET = "budgets: {daily_usd: 1}";
/** What {@link use} spends in calls, and reserves for a slot that stays open. */
const QUESTION = ask("hello", { model: "own/a", maxOutputTokens: 20n, temperature: 0 });
const SLOT = { models: ["own/a"], inputTokens: 100n, maxOutputTokens: 300n };

const kept = mkdtempSync(join(tmpdir(), "headway-used-"));
afterAll(() => rmSync(kept, { recursive: true }));

/** What a Headway was told and has answered for, as it says itself. */
async function acknowledged({ grpc }: StoredHeadway): Promise<unknown> {
  const { budgets, totals } = await grpc.getUsage({});
  const { usedNanoUsd, reservedNanoUsd } = budgets[0]!;
  return { requests: totals!.requests, cost: totals!.cost!.totalNanoUsd, usedNanoUsd, reservedNanoUsd };
}

/** Uses a Headway and ends it in order. Its files are in {@link kept} afterwards. */
async function use(): Promise<unknown> {
  const storage = new Storage(BUDGET);
  const headway = await storage.start();
  await headway.grpc.acquireSlot(SLOT);
  await headway.grpc.complete(QUESTION);
  const known = await acknowledged(headway);
  expect(await headway.stop()).toBe(0);
  for (const file of FILES) cpSync(storage.path(file), join(kept, STORED_FILES[file]));
  return known;
}

let used: Promise<unknown> | undefined;

/** A copy of the files of a Headway that was used, and what it had acknowledged. */
async function usedStorage(): Promise<{ storage: Storage; known: unknown }> {
  used ??= use();
  const known = await used;
  const storage = new Storage(BUDGET);
  for (const file of FILES) cpSync(join(kept, STORED_FILES[file]), storage.path(file));
  return { storage, known };
}

async function refusesToStart(storage: Storage, path: string, message: RegExp): Promise<void> {
  const { code, stderr } = await storage.startInVain();
  expect(stderr).toMatch(/^storage\.path cannot be used: [^\n]+\n$/);
  expect(stderr).toContain(`${path}: `);
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
}

function sql(path: string, text: string): void {
  const database = new DatabaseSync(path);
  database.exec(text);
  database.close();
}

/** Writes over a file from a place on. */
function overwrite(path: string, position: number, bytes: Uint8Array): void {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}

describe("a file that cannot be used ends the start with a line that names it and the way out: one that", () => {
  it.each<[string, (path: string) => void, RegExp]>([
    [
      "is cut off",
      (path) => truncateSync(path, statSync(path).size - 4_096),
      /is damaged\. Restore it .* move it away/,
    ],
    ["is cut to nothing", (path) => truncateSync(path), /is empty, .*\. Restore it .* delete it/],
    [
      "has garbage in its pages",
      (path) => overwrite(path, 4_096, Buffer.alloc(statSync(path).size - 4_096, 0xa5)),
      /is damaged\. Restore it .* move it away/,
    ],
    // What a mode does for other users than root: the file's header asks for writers who know more than this SQLite.
    [
      "may only be read",
      (path) => overwrite(path, 18, Buffer.from([9])),
      /cannot be written\. Give the service the right/,
    ],
    [
      "is of a later version",
      (path) => sql(path, "UPDATE schema_version SET version = 99"),
      /a later version: .* version 99, and this Headway knows \d\. Run that version, or set storage\.path/,
    ],
    [
      "is a folder",
      (path) => {
        renameSync(path, `${path}.moved`);
        mkdirSync(path);
      },
      /cannot be opened\. Check that it is a file/,
    ],
  ])("%s", async (_, spoil, message) => {
    await Promise.all(
      FILES.map(async (file) => {
        const { storage } = await usedStorage();
        spoil(storage.path(file));
        await refusesToStart(storage, storage.path(file), message);
      }),
    );
  });

  it("another process writes to, or holds", async () => {
    const holders: Record<(typeof FILES)[number], (path: string) => { close(): void }> = {
      ledger: write,
      journal: (path) => holdLock(`${path}.lock`),
      answers: write,
      batches: write,
    };
    await Promise.all(
      FILES.map(async (file) => {
        const { storage } = await usedStorage();
        const path = storage.path(file);
        using stack = new DisposableStack();
        stack.adopt(holders[file](path), (holder) => holder.close());
        const named = file === "journal" ? `${path}.lock` : path;
        await refusesToStart(storage, named, /another process .*\. Stop the other one, or give each its own/);
      }),
    );
  });
});

/** A transaction that writes and does not end. */
function write(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("BEGIN IMMEDIATE");
  return database;
}

it("one that is no database does, too; and with its files restored a Headway goes on as if nothing had been", async () => {
  const { storage, known } = await usedStorage();
  for (const file of FILES) {
    const path = storage.path(file);
    renameSync(path, `${path}.sound`);
    writeFileSync(path, "shopping list\n".repeat(1_000));
    await refusesToStart(storage, path, /is not a database\. Set storage\.path/);
    renameSync(`${path}.sound`, path);
  }
  expect(await acknowledged(await storage.start())).toEqual(known);
});

/** What takes the tables of a component back to its first version, the last migration first. The journal has had one. */
const TO_FIRST_VERSION = {
  ledger: [
    "ALTER TABLE ledger_state DROP COLUMN summed_row_id",
    "DROP TABLE ledger_block",
    `DROP INDEX ledger_series_untagged;
     ALTER TABLE ledger_state DROP COLUMN coarse_from_ms;
     ALTER TABLE ledger_state DROP COLUMN coarse_until_ms`,
    "DROP TABLE ledger_alert",
  ],
  answers: [
    `DROP INDEX answer_tenant_used;
     ALTER TABLE answer DROP COLUMN tenant;
     CREATE INDEX answer_used ON answer (used)`,
  ],
};

it("files of the first version are brought to the present one, and nothing in them is lost", async () => {
  const { answers, ledger } = TO_FIRST_VERSION;
  expect([ledger.length, answers.length, 0]).toEqual(
    [LEDGER_MIGRATIONS, ANSWERS_MIGRATIONS, JOURNAL_MIGRATIONS].map(({ length }) => length - 1),
  );
  const { storage, known } = await usedStorage();
  for (const [file, steps] of [
    ["ledger", ledger],
    ["answers", answers],
    ["batches", answers],
  ] as const) {
    sql(storage.path(file), [...steps, "UPDATE schema_version SET version = 1"].join(";"));
  }
  const headway = await storage.start();
  expect(await acknowledged(headway)).toEqual(known);
  expect((await headway.grpc.complete(QUESTION)).cacheHit).toBe(true);
});
