import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EmptyFileError, openDatabase } from "../../../src/stores/sqlite/open-database.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headway-open-"));
  path = join(folder, "headway.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Opens the file, and says what is in it. */
function rows(): number {
  const database = openDatabase(path);
  try {
    database.exec("CREATE TABLE IF NOT EXISTS thing (id INTEGER)");
    return Number(database.prepare("SELECT count(*) AS count FROM thing").get()!.count);
  } finally {
    database.close();
  }
}

test("a file that was cut to nothing is not taken for a new one, and what is left beside it stays", () => {
  rows();
  truncateSync(path);
  writeFileSync(`${path}-wal`, "what was not yet in the file");
  expect(rows).toThrow(EmptyFileError);
  expect(readdirSync(folder)).toEqual(["headway.db", "headway.db-wal"]);
});

test("a file that was being made when the process died is made at the next start", () => {
  const script = join(folder, "open.ts");
  const source = join(process.cwd(), "src/stores/sqlite/open-database.ts");
  writeFileSync(
    script,
    `import { openDatabase } from ${JSON.stringify(source)}; openDatabase(process.argv[2]);`,
  );
  // Files can be made, but nothing can be written into them.
  const { status } = spawnSync("sh", ["-c", 'ulimit -f 0; exec "$0" "$@"', process.execPath, script, path]);
  expect(status).not.toBe(0);
  expect(statSync(path).size).toBe(0);
  expect(rows()).toBe(0);
  expect(readdirSync(folder)).toEqual(["headway.db", "open.ts"]);
});
