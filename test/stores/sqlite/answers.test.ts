import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AnswerBounds, AnswerToKeep } from "../../../src/completion/cache/answer-store.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { SqliteAnswers } from "../../../src/stores/sqlite/answers.ts";
import { ANSWERS_MIGRATIONS } from "../../../src/stores/sqlite/answers-table.ts";
import { migrate } from "../../../src/stores/sqlite/migrate.ts";
import { openDatabase } from "../../../src/stores/sqlite/open-database.ts";
import { answerStoreContract } from "../../support/answers/answer-store-contract.ts";

const ROOMY: AnswerBounds = { maxEntryCount: 100, maxBytes: 10_000 };

const VALUE = new Uint8Array([1, 2]);
const answer = (key: string): AnswerToKeep => {
  return { key, tenant: "one", value: VALUE, expiresWallMs: Number.MAX_SAFE_INTEGER };
};

function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "headway-answers-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "headway.cache.db");
}

describe("answers in a file", () => {
  const open = (path: string, bounds = ROOMY, clock = new ManualClock()) =>
    SqliteAnswers.open({ path, bounds, clock, onProblem: expect.unreachable });

  answerStoreContract((options) =>
    SqliteAnswers.open({ path: temporaryPath(), ...options, onProblem: expect.unreachable }),
  );

  test("are there after a restart, as far as they are within the bounds of that time", async () => {
    const path = temporaryPath();
    const clock = new ManualClock();
    const first = await open(path, ROOMY, clock);
    const expiresWallMs = clock.wallMs() + 1_000;
    for (const key of ["a", "b", "c"]) first.put({ ...answer(key), expiresWallMs });
    await first.get("a");
    await first.close();
    const second = await open(path, { maxEntryCount: 2, maxBytes: 10_000 }, clock);
    onTestFinished(() => second.close());
    expect(await second.get("a")).toEqual(VALUE);
    expect(await second.get("b")).toBeUndefined();
    expect(await second.get("c")).toEqual(VALUE);
  });

  test("of a time that knew no tenants are there, and go when there are too many", async () => {
    const path = temporaryPath();
    const database = openDatabase(path);
    migrate(database, "answers", ANSWERS_MIGRATIONS.slice(0, 1));
    const insert = database.prepare("INSERT INTO answer VALUES (?, ?, ?, ?)");
    for (const [index, key] of ["a", "b"].entries()) insert.run(key, VALUE, Number.MAX_SAFE_INTEGER, index);
    database.close();
    const store = await open(path, { maxEntryCount: 2, maxBytes: 10_000 });
    onTestFinished(() => store.close());
    expect(await store.get("b")).toEqual(VALUE);
    store.put(answer("c"));
    expect(await store.get("a")).toBeUndefined();
    expect(await store.get("b")).toEqual(VALUE);
    expect(await store.get("c")).toEqual(VALUE);
  });

  test("are missed when the store is closed, and nobody hangs", async () => {
    const store = await open(temporaryPath());
    store.put(answer("a"));
    const asked = store.get("a");
    await store.close();
    expect(await asked).toEqual(VALUE);
    expect(await store.get("a")).toBeUndefined();
    store.put(answer("b"));
    await store.close();
  });

  test("cannot be opened from what is no database, and the error says so", async () => {
    const path = temporaryPath();
    writeFileSync(path, "not a database at all, but some text that is long enough".repeat(100));
    await expect(open(path)).rejects.toThrow(/is not a database/);
  });
});
