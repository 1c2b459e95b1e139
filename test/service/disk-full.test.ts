import { describe, expect, it, vi } from "vitest";
import { AttemptCause } from "../../gen/es/headway/v1/attempt_pb.js";
import { failureOf } from "../support/service/failure.ts";
import { ask } from "../support/service/talk.ts";
import { DISK } from "../support/storage/disk.ts";
import { Storage, type StoredHeadway } from "../support/storage/stored-headway.ts";

const CENT = 10_000_000n;
/** A slot that may cost 40 cents, and what it does cost. */
const SLOT = { models: ["own/a"], inputTokens: 100n, maxOutputTokens: 300n };
const USAGE = { inputTokens: 100n, outputTokens: 200n };
const ADMIN = { headers: { authorization: "Bearer admin-secret" } };

const hello = (count: number, fields = {}) =>
  ask(`hello ${count}`, { model: "own/a", maxOutputTokens: 20n, temperature: 0, ...fields });

async function money({ grpc }: StoredHeadway): Promise<[bigint, bigint]> {
  const { usedNanoUsd, reservedNanoUsd } = (await grpc.getUsage({})).budgets[0]!;
  return [usedNanoUsd, reservedNanoUsd];
}

async function totals({ grpc }: StoredHeadway): Promise<[bigint, bigint]> {
  const { requests, cost } = (await grpc.getUsage({})).totals!;
  return [requests, cost!.totalNanoUsd];
}

async function alertsOf({ admin }: StoredHeadway): Promise<string[]> {
  return (await admin.listAlerts({}, ADMIN)).alerts.map(({ id, message }) => `${id} ${message}`);
}

describe.skipIf(DISK === undefined)(`a disk ${DISK?.name ?? "on Linux"} while the service runs`, () => {
  const open = () => DISK!.open();

  it("does not stop calls without a budget, and nothing is lost when there is room again", async () => {
    const storage = new Storage("", await open());
    const headway = await storage.start();
    await headway.grpc.complete(hello(0));
    headway.fillDisk();
    for (let count = 1; count <= 20; count++) await headway.grpc.complete(hello(count));
    await headway.hasLogged("the ledger cannot be written");
    await headway.hasLogged("the journal cannot be written");
    await headway.hasLogged("answers for the cache are not kept now");
    const spent = await totals(headway);
    expect(spent[0]).toBe(21n);
    expect(headway.logged("error").sort()).toEqual([
      expect.stringMatching(
        /^answers for the cache are not kept now: .*headway\.cache\.db: the disk .*storage\.path/,
      ),
      expect.stringMatching(
        /^the journal cannot be written, .*headway\.journal\.db: the disk .*storage\.path/,
      ),
      expect.stringMatching(/^the ledger cannot be written, .*headway\.db: the disk .*storage\.path/),
    ]);

    headway.makeRoom();
    await headway.hasLogged("the ledger is written again");
    await headway.hasLogged("the journal is written again");
    await headway.kill();
    expect(await totals(await storage.start())).toEqual(spent);
  });

  it("is said at a stop that loses what waits for it, and the process fails", async () => {
    const headway = await new Storage("", await open()).start();
    headway.fillDisk();
    for (let count = 1; count <= 5; count++) await headway.grpc.complete(hello(count));
    expect(await headway.stop()).toBe(1);
    expect(headway.logged("error").at(-1)).toMatch(
      /^stopped, and 5 rows of the ledger could not be written: /,
    );
  });

  it("refuses calls that budgets count, but not those that cost nothing", async () => {
    const headway = await new Storage("budgets: {daily_usd: 1}", await open()).start();
    headway.fillDisk();
    const unkept = {
      code: "Unavailable",
      reason: "STORE_UNAVAILABLE",
      message: expect.stringContaining("log"),
    };
    expect(await failureOf(headway.grpc.acquireSlot(SLOT))).toMatchObject(unkept);
    expect(await failureOf(headway.grpc.complete(hello(1)))).toMatchObject(unkept);
    const answer = await headway.grpc.complete(hello(2, { fallbackModels: ["own/free"] }));
    expect(answer.model).toBe("own/free");
    expect(answer.attempts[0]!.cause).toBe(AttemptCause.FALLBACK_BUDGET);
    expect(await money(headway)).toEqual([0n, 0n]);
    await vi.waitFor(async () => expect(await headway.readiness()).toMatch(/^503 not ready: .*budgets/));

    headway.makeRoom();
    await headway.hasLogged("the journal is written again");
    await vi.waitFor(async () => expect(await headway.readiness()).toBe("200 ok\n"));
    await headway.grpc.acquireSlot(SLOT);
    expect(await money(headway)).toEqual([0n, 40n * CENT]);
  });

  it("keeps what is spent reserved over a crash and a start without room, until it is settled again", async () => {
    const disk = await open();
    const storage = new Storage("budgets: {daily_usd: 1}", disk);
    const headway = await storage.start();
    const { slotId } = await headway.grpc.acquireSlot(SLOT);
    await headway.grpc.acquireSlot(SLOT);
    headway.fillDisk();
    await headway.grpc.settleSlot({ slotId, usage: USAGE });
    expect(await money(headway)).toEqual([30n * CENT, 40n * CENT]);
    await headway.hasLogged("the ledger cannot be written");
    await headway.kill();
    const next = await storage.start();
    if (disk.staysFull) {
      await next.hasLogged("the journal cannot be written");
      next.makeRoom();
      await next.hasLogged("the journal is written again");
    }
    expect(await money(next)).toEqual([0n, 80n * CENT]);
    await next.grpc.settleSlot({ slotId, usage: USAGE });
    expect(await money(next)).toEqual([30n * CENT, 40n * CENT]);
  });

  it("loses neither money nor alerts of that time when there is room again", async () => {
    const storage = new Storage("budgets: {daily_usd: 1, alert_threshold: 0.3}", await open());
    const headway = await storage.start();
    const { slotId } = await headway.grpc.acquireSlot(SLOT);
    headway.fillDisk();
    await headway.grpc.settleSlot({ slotId, usage: USAGE });
    await headway.hasLogged("the ledger cannot be written");
    await expect.poll(() => alertsOf(headway)).toHaveLength(1);
    const alerts = await alertsOf(headway);
    expect(alerts[0]).toContain("is used to 30 %");
    headway.makeRoom();
    await headway.hasLogged("the ledger is written again");
    await headway.kill();
    const next = await storage.start();
    expect(await money(next)).toEqual([30n * CENT, 0n]);
    expect(await alertsOf(next)).toEqual(alerts);
  });
});
