import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AnswerBounds } from "../../../src/completion/cache/answer-store.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { SqliteAnswers } from "../../../src/stores/sqlite/answers.ts";
import { answerStoreContract } from "../../support/answers/answer-store-contract.ts";

const ROOMY: AnswerBounds = { maxEntryCount: 100, maxBytes: 10_000 };

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
    for (const key of ["a", "b", "c"]) first.put(key, new Uint8Array([1, 2]), clock.wallMs() + 1_000);
    await first.get("a");
    await first.close();
    const second = await open(path, { maxEntryCount: 2, maxBytes: 10_000 }, clock);
    onTestFinished(() => second.close());
    expect(await second.get("a")).toEqual(new Uint8Array([1, 2]));
    expect(await second.get("b")).toBeUndefined();
    expect(await second.get("c")).toEqual(new Uint8Array([1, 2]));
  });

  test("are missed when the store is closed, and nobody hangs", async () => {
    const store = await open(temporaryPath());
    store.put("a", new Uint8Array([1]), Number.MAX_SAFE_INTEGER);
    const asked = store.get("a");
    await store.close();
    expect(await asked).toEqual(new Uint8Array([1]));
    expect(await store.get("a")).toBeUndefined();
    store.put("b", new Uint8Array([1]), Number.MAX_SAFE_INTEGER);
    await store.close();
  });

  test("cannot be opened from what is no database, and the error says so", async () => {
    const path = temporaryPath();
    writeFileSync(path, "not a database at all, but some text that is long enough".repeat(100));
    await expect(open(path)).rejects.toThrow(/is not a database/);
  });
});
