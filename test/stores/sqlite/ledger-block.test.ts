import type { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";
import { BLOCK_GRAINS, GRAINS } from "../../../src/stores/sqlite/ledger-grain.ts";
import { LEDGER_MIGRATIONS } from "../../../src/stores/sqlite/ledger-migrations.ts";
import { migrate } from "../../../src/stores/sqlite/migrate.ts";
import { countRows } from "../../support/ledger/count-rows.ts";
import { expectBlocksTrue } from "../../support/ledger/expect-blocks-true.ts";
import { EVERYTHING, query } from "../../support/ledger/ledger-contract.ts";
import { makeEntry, randomEntry } from "../../support/ledger/make-entry.ts";
import { openInMemory } from "../../support/ledger/open-in-memory.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2024, 1, 28);
/** Tells apart all that blocks tell apart. */
const ALL = { ...EVERYTHING, groupBy: ["tag", "model", "tenant"] } as const;

/** The starts of the blocks of a grain. */
function blocks(database: DatabaseSync, { id }: { readonly id: number }): unknown[] {
  const sql = "SELECT start_ms FROM ledger_block WHERE grain = ? ORDER BY start_ms";
  return database
    .prepare(sql)
    .all(id)
    .map((row) => row.start_ms);
}

test("answers from blocks are those of the rows, and of a ledger without blocks, also with rows that come late", () => {
  const random = seededRandom(8);
  const packed = openInMemory();
  const plain = openInMemory();
  const rows: LedgerEntry[] = [];
  for (let hour = 0; hour < 96; hour += 3) {
    const startMs = START_MS + hour * HOUR_MS;
    const news = Array.from({ length: 12 }, () => randomEntry(random, startMs, startMs + 3 * HOUR_MS));
    const late = Array.from({ length: hour % 4 }, () => randomEntry(random, START_MS, startMs + 1));
    rows.push(...news, ...late);
    for (const { database, writer, upkeep } of [packed, plain]) {
      writer.write([...news, ...late]);
      expectBlocksTrue(database);
      if (hour % 9 === 0) upkeep(startMs + 2.5 * HOUR_MS);
    }
    plain.database.exec("DELETE FROM ledger_block");
    expectBlocksTrue(packed.database);
  }
  expect(blocks(packed.database, GRAINS.taggedDay).length).toBeGreaterThan(0);
  expect(blocks(packed.database, GRAINS.taggedHour).length).toBeGreaterThan(4);
  fc.assert(
    fc.property(query, (asked) => {
      const answer = packed.ask(asked);
      expect(answer).toEqual(countRows(rows, asked));
      expect(answer).toEqual(plain.ask(asked));
    }),
    { numRuns: 500, seed: 9 },
  );
});

test("blocks stay true when rows and hours are let go of, when tags are given up, and when rows come later still", () => {
  const random = seededRandom(10);
  const packed = openInMemory();
  const plain = openInMemory();
  const rows = Array.from({ length: 1_000 }, () => randomEntry(random, START_MS, START_MS + 4 * DAY_MS));
  for (let user = 0; user < 1_010; user++) {
    rows.push(makeEntry({ wallMs: START_MS + DAY_MS, tags: { user: String(user) } }));
  }
  const lateRows = Array.from({ length: 20 }, () => randomEntry(random, START_MS, START_MS + 4 * DAY_MS));
  const steps: ((ledger: typeof packed) => void)[] = [
    ({ writer }) => writer.write(rows),
    ({ upkeep }) => upkeep(START_MS + 4 * DAY_MS),
    ({ upkeep }) => upkeep(START_MS + 4 * DAY_MS, 2 * DAY_MS),
    ({ writer }) => writer.write(lateRows),
    ({ upkeep }) => upkeep(START_MS + 10 * DAY_MS, 2 * DAY_MS),
  ];
  const perDay = { ...EVERYTHING, groupBy: ["day", "tenant", "model"] } as const;
  for (const [index, step] of steps.entries()) {
    for (const ledger of [packed, plain]) step(ledger);
    plain.database.exec("DELETE FROM ledger_block");
    expectBlocksTrue(packed.database);
    for (const asked of [ALL, { ...ALL, groupBy: ["tag:user", "tenant", "provider", "day"] } as const]) {
      expect(packed.ask(asked)).toEqual(plain.ask(asked));
    }
    expect(packed.ask(perDay)).toEqual(countRows(index < 3 ? rows : [...rows, ...lateRows], perDay));
  }
  fc.assert(
    fc.property(query, (asked) => {
      expect(packed.ask(asked)).toEqual(plain.ask(asked));
    }),
    { numRuns: 200, seed: 11 },
  );
  expect(blocks(packed.database, GRAINS.taggedDay)).toHaveLength(4);
  expect(blocks(packed.database, GRAINS.taggedHour)).toEqual([]);
  // Tags were given up: nearly all have one request, and the day's other rows have some of the 1,000 places.
  const users = packed.ask({ ...EVERYTHING, groupBy: ["tag:user"] }).groups.length;
  expect(users).toBeGreaterThan(900);
  expect(users).toBeLessThan(1_010);
});

test("days and stretches of four hours that are over are answered from their blocks alone", () => {
  const random = seededRandom(12);
  const { database, writer, upkeep, ask } = openInMemory();
  const rows = Array.from({ length: 500 }, () => randomEntry(random, START_MS, START_MS + 2 * DAY_MS));
  writer.write(rows);
  upkeep(START_MS + 2 * DAY_MS);
  expect(blocks(database, GRAINS.taggedDay)).toEqual([START_MS, START_MS + DAY_MS]);
  const stretches = Array.from({ length: 12 }, (_, index) => START_MS + index * 4 * HOUR_MS);
  expect(blocks(database, GRAINS.taggedHour)).toEqual(stretches);
  database.exec("DELETE FROM ledger_sum");
  const asked = { ...ALL, startWallMs: START_MS + 8 * HOUR_MS, endWallMs: START_MS + 40 * HOUR_MS };
  expect(ask(asked)).toEqual(countRows(rows, asked));
  expect(ask(ALL)).toEqual(countRows(rows, ALL));
});

test("summing that fails leaves the blocks as they are", () => {
  const { database, writer, upkeep, ask } = openInMemory();
  const row = makeEntry({ wallMs: START_MS, tags: { team: "blue" } });
  writer.write([row]);
  upkeep(START_MS + DAY_MS);
  const before = BLOCK_GRAINS.map((grain) => blocks(database, grain));
  expect(before).toEqual([[START_MS], [START_MS]]);
  database.exec(`CREATE TRIGGER fail BEFORE DELETE ON ledger_block WHEN OLD.grain = ${GRAINS.taggedHour.id}
    BEGIN SELECT RAISE(ABORT, 'no'); END`);
  writer.write([row]);
  expect(() => writer.sum(1)).toThrow("no");
  expect(BLOCK_GRAINS.map((grain) => blocks(database, grain))).toEqual(before);
  expectBlocksTrue(database);
  expect(ask(ALL)).toEqual(countRows([row, row], ALL));
});

test("a ledger of the schema before gets blocks of all that is over", () => {
  const random = seededRandom(13);
  const { database, writer, upkeep, ask } = openInMemory();
  const rows = Array.from({ length: 300 }, () => randomEntry(random, START_MS, START_MS + 3 * DAY_MS));
  writer.write(rows);
  upkeep(START_MS + 2.4 * DAY_MS);
  database.exec(
    `DROP TABLE ledger_block; ALTER TABLE ledger_state DROP COLUMN summed_row_id;
     UPDATE schema_version SET version = 3`,
  );
  migrate(database, "ledger", LEDGER_MIGRATIONS);
  expect(ask(ALL)).toEqual(countRows(rows, ALL));
  upkeep(START_MS + 2.4 * DAY_MS);
  expect(blocks(database, GRAINS.taggedDay)).toEqual([START_MS, START_MS + DAY_MS]);
  expect(blocks(database, GRAINS.taggedHour)).toHaveLength(14);
  expectBlocksTrue(database);
  expect(ask(ALL)).toEqual(countRows(rows, ALL));
});
