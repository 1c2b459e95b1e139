import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { paidConfig } from "../support/service/paid-config.ts";
import { PaidProvider } from "../support/service/paid-provider.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const NOON_MS = Date.UTC(2026, 10, 22, 12);
const CENT = 10_000_000n;
/** A slot that may cost 2 cents. */
const SLOT = { models: ["own/a"], inputTokens: 10n, maxOutputTokens: 100n, leaseDuration: { seconds: 60n } };
/** Half of it. */
const USAGE = { inputTokens: 10n, outputTokens: 50n };
/** After it, the journal has what was said before, and the ledger has not. */
const JOURNAL_MS = 60;
/** After it, the ledger has it too. */
const LEDGER_MS = 150;

interface World {
  readonly clock: ManualClock;
  readonly headway: Headway;
  /** A Headway that starts from the files as they are now, as after a crash. */
  crash(): Promise<Headway>;
}

async function start(budgets = "{daily_usd: 1}", answerMs = 0): Promise<World> {
  const provider = await PaidProvider.start(
    () => 50,
    () => answerMs,
  );
  onTestFinished(() => provider.stop());
  const clock = new ManualClock({ wallMs: NOON_MS });
  const folder = mkdtempSync(join(tmpdir(), "headway-crash-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let life = 0;
  const begin = async (): Promise<Headway> => {
    const storagePath = join(folder, String(life), "headway.db");
    const headway = await startHeadway({ config: paidConfig(provider.baseUrl, budgets), clock, storagePath });
    onTestFinished(() => headway.close());
    return headway;
  };
  const crash = async (): Promise<Headway> => {
    cpSync(join(folder, String(life)), join(folder, String(life + 1)), {
      recursive: true,
      filter: (path) => !path.endsWith(".lock"),
    });
    life++;
    return await begin();
  };
  return { clock, headway: await begin(), crash };
}

/** Requests, their cost, and what the first budget says is used and reserved. */
async function money(headway: Headway): Promise<[bigint, bigint, bigint, bigint]> {
  const { budgets, totals } = await headway.grpc.getUsage({});
  const { usedNanoUsd, reservedNanoUsd } = budgets[0]!;
  return [totals!.requests, totals!.cost?.totalNanoUsd ?? 0n, usedNanoUsd, reservedNanoUsd];
}

describe("after a crash", () => {
  it("an open slot is reserved until it is settled", async () => {
    const { headway, crash } = await start();
    const { slotId } = await headway.grpc.acquireSlot(SLOT);
    const next = await crash();
    expect(await money(next)).toEqual([0n, 0n, 0n, 2n * CENT]);
    await next.grpc.settleSlot({ slotId, usage: USAGE });
    expect(await money(next)).toEqual([1n, CENT, CENT, 0n]);
  });

  it("an open slot is charged its worst case when its lease ends, until it is settled late", async () => {
    const { clock, headway, crash } = await start();
    const { slotId } = await headway.grpc.acquireSlot(SLOT);
    const next = await crash();
    clock.advance(60_001);
    expect(await money(next)).toEqual([1n, 2n * CENT, 2n * CENT, 0n]);
    clock.advance(LEDGER_MS);
    await money(next);
    const third = await crash();
    expect(await money(third)).toEqual([1n, 2n * CENT, 2n * CENT, 0n]);
    await third.grpc.settleSlot({ slotId, usage: USAGE });
    expect(await money(third)).toEqual([1n, CENT, CENT, 0n]);
  });

  it("an open slot whose lease ends while Headway starts is charged its worst case", async () => {
    const { clock, headway, crash } = await start();
    await headway.grpc.acquireSlot(SLOT);
    clock.advance(59_999);
    const starting = crash();
    let isStarted = false;
    starting.finally(() => {
      isStarted = true;
    });
    while (!isStarted) {
      await new Promise(setImmediate);
      clock.advance(1);
    }
    expect(await money(await starting)).toEqual([1n, 2n * CENT, 2n * CENT, 0n]);
  });

  it("a slot stays reserved through a second crash, and counts for each of its budgets", async () => {
    const budgets = "{daily_usd: 1, scopes: [{tag: team, daily_usd: 1}, {model: own/b, daily_usd: 1}]}";
    const { headway, crash } = await start(budgets);
    await headway.grpc.acquireSlot({ ...SLOT, tags: { team: "blue" } });
    await crash();
    const third = await crash();
    const { budgets: reports } = await third.grpc.getUsage({});
    const reserved = reports.map(({ scopeValue, reservedNanoUsd }) => [scopeValue, reservedNanoUsd]);
    expect(reserved).toEqual([
      ["", 2n * CENT],
      ["team=blue", 2n * CENT],
      ["own/b", 0n],
    ]);
  });

  it.each([
    ["neither the journal nor the ledger has", 0, [0n, 0n, 0n, 2n * CENT]],
    ["only the journal has", JOURNAL_MS, [1n, CENT, CENT, 0n]],
    ["both have", LEDGER_MS, [1n, CENT, CENT, 0n]],
  ])("a settlement that %s is counted once, and repeated it stays so", async (_, afterMs, expected) => {
    const { clock, headway, crash } = await start();
    const { slotId } = await headway.grpc.acquireSlot(SLOT);
    await headway.grpc.settleSlot({ slotId, usage: USAGE });
    clock.advance(afterMs);
    if (afterMs === LEDGER_MS) await money(headway);
    const next = await crash();
    expect(await money(next)).toEqual(expected);
    const { cost } = await next.grpc.settleSlot({ slotId, usage: USAGE });
    expect(cost!.totalNanoUsd).toBe(CENT);
    expect(await money(next)).toEqual([1n, CENT, CENT, 0n]);
  });

  it.each([
    ["neither the journal nor the ledger has", 0, [0n, 0n, 0n, 2n * CENT]],
    ["only the journal has", JOURNAL_MS, [1n, CENT, CENT, 0n]],
    ["both have", LEDGER_MS, [1n, CENT, CENT, 0n]],
  ])("a Complete that %s is counted once", async (_, afterMs, expected) => {
    const { clock, headway, crash } = await start();
    await headway.grpc.complete(ask("hello", { model: "own/a", maxOutputTokens: 100n }));
    clock.advance(afterMs);
    if (afterMs === LEDGER_MS) await money(headway);
    expect(await money(await crash())).toEqual(expected);
  });

  it("a Complete that was under way is reserved, and charged its worst case when its lease ends", async () => {
    const { clock, headway, crash } = await start("{daily_usd: 1}", 60_000);
    const leaving = new AbortController();
    const request = ask("hello", { model: "own/a", maxOutputTokens: 100n, tags: { team: "blue" } });
    const answer = headway.grpc.complete(request, { signal: leaving.signal }).catch(() => {});
    await expect.poll(async () => (await headway.load()).reserved).toBeGreaterThan(0);
    const next = await crash();
    leaving.abort();
    await answer;
    expect(await money(next)).toEqual([0n, 0n, 0n, 2n * CENT]);
    clock.advance(300_000);
    expect(await money(next)).toEqual([1n, 2n * CENT, 2n * CENT, 0n]);
    const { groups } = await next.grpc.getUsage({ groupBy: ["tag:team"] });
    expect(groups).toHaveLength(1);
  });

  it("rows that were not written before a state was kept are not lost with the records before it", async () => {
    const { clock, headway, crash } = await start();
    for (let count = 0; count < 20; count++) {
      const { slotId } = await headway.grpc.acquireSlot(SLOT);
      await headway.grpc.settleSlot({ slotId, usage: USAGE });
    }
    clock.advance(JOURNAL_MS);
    const next = await crash();
    expect(await money(next)).toEqual([20n, 20n * CENT, 20n * CENT, 0n]);
    expect(await money(await crash())).toEqual([20n, 20n * CENT, 20n * CENT, 0n]);
  });
});
