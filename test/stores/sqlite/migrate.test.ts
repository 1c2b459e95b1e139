import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { migrate, NewerSchemaError } from "../../../src/stores/sqlite/migrate.ts";

const FIRST = "CREATE TABLE thing (id INTEGER); INSERT INTO thing VALUES (1)";
const SECOND = "ALTER TABLE thing ADD COLUMN name TEXT NOT NULL DEFAULT 'old'";
const BROKEN = "INSERT INTO thing VALUES (2, 'new'); SELECT * FROM nothing";

function things(database: DatabaseSync): unknown[] {
  return database
    .prepare("SELECT * FROM thing")
    .all()
    .map((row) => ({ ...row }));
}

test("an older file is brought to the newest schema, and keeps its rows", () => {
  const database = new DatabaseSync(":memory:");
  migrate(database, "things", [FIRST]);
  migrate(database, "things", [FIRST, SECOND]);
  migrate(database, "things", [FIRST, SECOND]);
  expect(things(database)).toEqual([{ id: 1, name: "old" }]);
});

test("a migration that fails leaves nothing behind", () => {
  const database = new DatabaseSync(":memory:");
  migrate(database, "things", [FIRST, SECOND]);
  expect(() => migrate(database, "things", [FIRST, SECOND, BROKEN])).toThrow(/nothing/);
  expect(things(database)).toEqual([{ id: 1, name: "old" }]);
  migrate(database, "things", [FIRST, SECOND]);
});

test("a newer file is refused", () => {
  const database = new DatabaseSync(":memory:");
  migrate(database, "things", [FIRST, SECOND]);
  expect(() => migrate(database, "things", [FIRST])).toThrow(NewerSchemaError);
});

test("components in one file have versions of their own", () => {
  const database = new DatabaseSync(":memory:");
  migrate(database, "things", [FIRST, SECOND]);
  migrate(database, "others", ["CREATE TABLE other (id INTEGER)"]);
  expect(() => migrate(database, "others", [])).toThrow(/others have version 1/);
});
