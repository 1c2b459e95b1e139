import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { SystemClock } from "../../src/core/clock.ts";
import { SqliteLedger } from "../../src/stores/sqlite/ledger.ts";
import { makeEntry } from "../support/ledger/make-entry.ts";
import { failureOf } from "../support/service/failure.ts";
import { startHeadway } from "../support/service/start-headway.ts";

const MAX_GROUPS = 20_000;
const TAGS_OF_ROW = 32;

it("answers with as many groups as a client takes in one message, and says the way out beyond them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "headway-groups-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const storagePath = join(folder, "headway.db");
  const clock = new SystemClock();
  const ledger = await SqliteLedger.open({ path: storagePath, retentionMs: 1e12, clock });
  const wallMs = Math.floor(clock.wallMs());
  for (let first = 0; first < MAX_GROUPS; first += TAGS_OF_ROW) {
    const tags = Array.from({ length: TAGS_OF_ROW }, (_, index) => [`tag${first + index}`, "yes"]);
    ledger.record(makeEntry({ wallMs, provider: "own", model: "own/one", tags: Object.fromEntries(tags) }));
  }
  ledger.record(makeEntry({ wallMs, provider: "own", model: "own/other", tags: { another: "yes" } }));
  await ledger.close();
  const headway = await startHeadway({ config: "providers: {own: {type: echo}}", storagePath });
  onTestFinished(() => headway.close());

  const { groups, totals } = await headway.grpc.getUsage({ groupBy: ["tag"], models: ["own/one"] });
  expect(groups).toHaveLength(MAX_GROUPS);
  expect(totals!.requests).toBe(BigInt(MAX_GROUPS / TAGS_OF_ROW));
  const money = groups.reduce((sum, group) => sum + group.totals!.cost!.totalNanoUsd, 0n);
  expect(money).toBe(totals!.cost!.totalNanoUsd * BigInt(TAGS_OF_ROW));
  expect(await failureOf(headway.grpc.getUsage({ groupBy: ["tag"] }))).toMatchObject({
    code: "InvalidArgument",
    reason: "INVALID_REQUEST",
    message: expect.stringMatching(/more than 20,000 groups.*less time, fewer dimensions or fewer models/),
  });
});
