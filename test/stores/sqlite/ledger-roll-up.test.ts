import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";
import { coarseLevelFor, GRAINS } from "../../../src/stores/sqlite/ledger-grain.ts";
import { countRows } from "../../support/ledger/count-rows.ts";
import { EVERYTHING, query } from "../../support/ledger/ledger-contract.ts";
import { makeEntry, randomEntry } from "../../support/ledger/make-entry.ts";
import { openInMemory } from "../../support/ledger/open-in-memory.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2024, 1, 28);

test("coarse sums answer any question as the rows do, also with rows that come late", () => {
  const random = seededRandom(5);
  const { writer, upkeep, ask } = openInMemory();
  const rows: LedgerEntry[] = [];
  for (let hour = 0; hour < 96; hour += 3) {
    const startMs = START_MS + hour * HOUR_MS;
    const news = Array.from({ length: 12 }, () => randomEntry(random, startMs, startMs + 3 * HOUR_MS));
    const late = Array.from({ length: 3 }, () => randomEntry(random, START_MS, startMs + 1));
    writer.write([...news, ...late]);
    rows.push(...news, ...late);
    if (hour % 9 === 0) upkeep(startMs + 2.5 * HOUR_MS);
  }
  fc.assert(
    fc.property(query, (asked) => {
      expect(ask(asked)).toEqual(countRows(rows, asked));
    }),
    { numRuns: 1_000, seed: 3 },
  );
});

test("days of which only sums are left answer alike in every grouping", () => {
  const random = seededRandom(6);
  const { writer, upkeep, ask } = openInMemory();
  const rows = Array.from({ length: 2_000 }, () => randomEntry(random, START_MS, START_MS + 4 * DAY_MS));
  writer.write(rows);
  upkeep(START_MS + 30 * DAY_MS, DAY_MS);
  for (const groupBy of [["model"], ["tag"], ["tag:team", "tenant"], ["tag", "model", "day"]] as const) {
    const asked = { ...EVERYTHING, groupBy };
    expect(ask(asked)).toEqual(countRows(rows, asked));
  }
});

test("rows count that come after the retention has left none", () => {
  const { writer, upkeep, ask, database } = openInMemory();
  const old = makeEntry({ wallMs: START_MS });
  const young = makeEntry({ wallMs: START_MS + 9 * DAY_MS, tenant: "search" });
  writer.write([old, old, old]);
  upkeep(START_MS + 9 * DAY_MS, DAY_MS);
  expect(database.prepare("SELECT count(*) AS n FROM ledger_row").get()).toEqual({ n: 0 });
  writer.write([young]);
  const asked = { ...EVERYTHING, groupBy: ["tenant"] } as const;
  const expected = countRows([old, old, old, young], asked);
  expect(ask(asked)).toEqual(expected);
  upkeep(START_MS + 9 * DAY_MS, DAY_MS);
  expect(ask(asked)).toEqual(expected);
});

test("a ledger that was kept without coarse sums gets them for all hours that are kept", () => {
  const random = seededRandom(7);
  const { database, writer, upkeep, ask } = openInMemory();
  const rows = Array.from({ length: 500 }, () => randomEntry(random, START_MS, START_MS + 2 * DAY_MS));
  writer.write(rows);
  database.exec("DELETE FROM ledger_sum WHERE grain > 3");
  upkeep(START_MS + 3 * DAY_MS);
  const { coarse_from_ms, coarse_until_ms } = database.prepare("SELECT * FROM ledger_state").get()!;
  expect([coarse_from_ms, coarse_until_ms]).toEqual([START_MS, START_MS + 3 * DAY_MS]);
  // The fine sums are not needed for it.
  database.exec(`DELETE FROM ledger_sum WHERE grain = ${GRAINS.taggedDay.id}`);
  const asked = { ...EVERYTHING, groupBy: ["tag"] } as const;
  expect(ask(asked)).toEqual(countRows(rows, asked));
});

test.each([
  [{ groupBy: ["hour"] }, { hasTenant: false, hasModel: true, isTagged: false }],
  [{ groupBy: ["tenant", "day"] }, { hasTenant: true, hasModel: false, isTagged: false }],
  [{ groupBy: ["tag"] }, { hasTenant: false, hasModel: false, isTagged: true }],
  [
    { groupBy: ["tag:team"], models: ["openai/*"] },
    { hasTenant: false, hasModel: true, isTagged: true },
  ],
  [
    { groupBy: ["tag"], tenant: "search" },
    { hasTenant: true, hasModel: false, isTagged: true },
  ],
  [{ groupBy: ["provider", "tenant"] }, undefined],
  [{ groupBy: ["tag", "model"], tenant: "search" }, undefined],
] as const)("%j is answered by the fewest sums", (asked, level) => {
  const found = coarseLevelFor({ ...EVERYTHING, ...asked });
  if (level === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(level);
});
