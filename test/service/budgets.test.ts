import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AttemptCause } from "../../gen/es/headway/v1/attempt_pb.js";
import { BudgetPeriod, BudgetScope } from "../../gen/es/headway/v1/budget_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { failureOf, outcomeOf } from "../support/service/failure.ts";
import { paidConfig } from "../support/service/paid-config.ts";
import { PaidProvider } from "../support/service/paid-provider.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const NOON_MS = Date.UTC(2026, 10, 22, 12);
const HALF_DAY_MS = 43_200_000;
const CENT = 10_000_000n;
/** What one token of an answer of `own/a` costs: 100 of them are 2 cents. Input is free. */
const TOKEN = 200_000n;
/** A slot that may cost 2 cents. */
const SLOT = { models: ["own/a"], inputTokens: 10n, maxOutputTokens: 100n };
const FULL = { inputTokens: 10n, outputTokens: 100n };

interface Settings {
  readonly budgets?: string;
  readonly clock?: ManualClock;
  readonly storagePath?: string;
  readonly answerTokens?: (count: number) => number;
}

/** A Headway before a provider with the models `own/a`, and `own/b` and `own/c` at a half and a quarter of its price. */
async function start(settings: Settings = {}): Promise<{ headway: Headway; provider: PaidProvider }> {
  const { budgets = "{daily_usd: 1}", answerTokens = () => 100, storagePath } = settings;
  const provider = await PaidProvider.start(answerTokens);
  onTestFinished(() => provider.stop());
  const config = paidConfig(provider.baseUrl, budgets);
  const { clock = new ManualClock({ wallMs: NOON_MS }) } = settings;
  const headway = await startHeadway({ config, clock, ...(storagePath !== undefined && { storagePath }) });
  onTestFinished(() => headway.close());
  return { headway, provider };
}

const hello = (fields = {}) => ask("hello", { model: "own/a", maxOutputTokens: 100n, ...fields });

describe("200 concurrent calls of at most $0.02 against a budget of $1", () => {
  it("spend no more, and are refused only when there is no room", async () => {
    const { headway, provider } = await start({ answerTokens: (count) => 20 + ((count * 37) % 81) });
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => outcomeOf(headway.grpc.complete(hello()))),
    );
    const spent = BigInt(provider.outputTokens) * TOKEN;
    expect(spent).toBeLessThanOrEqual(100n * CENT);
    expect(spent).toBeGreaterThan(98n * CENT);
    const refused = outcomes.filter((outcome) => outcome !== "OK");
    expect(refused.length + provider.count).toBe(200);
    expect(refused.length).toBeGreaterThan(0);
    for (const failure of refused) {
      expect(failure).toMatchObject({
        code: "ResourceExhausted",
        reason: "BUDGET_EXCEEDED",
        quotas: ["budget daily"],
        retryDelayMs: HALF_DAY_MS,
      });
    }
    const { budgets, totals } = await headway.grpc.getUsage({});
    expect(totals!.cost!.totalNanoUsd).toBe(spent);
    expect(budgets).toMatchObject([
      {
        scope: BudgetScope.ALL,
        period: BudgetPeriod.DAY,
        amountNanoUsd: 100n * CENT,
        usedNanoUsd: spent,
        reservedNanoUsd: 0n,
        remainingNanoUsd: 100n * CENT - spent,
        resetTime: { seconds: BigInt((NOON_MS + HALF_DAY_MS) / 1000) },
      },
    ]);
  });
});

describe("a call over budget", () => {
  it("may be made again when the period has ended", async () => {
    const clock = new ManualClock({ wallMs: NOON_MS });
    const { headway } = await start({ budgets: "{daily_usd: 0.03}", clock });
    await headway.grpc.complete(hello());
    expect(await failureOf(headway.grpc.complete(hello()))).toMatchObject({ reason: "BUDGET_EXCEEDED" });
    clock.advance(HALF_DAY_MS);
    await headway.grpc.complete(hello());
  });

  it("goes to the next model, or with downgrade to the cheapest", async () => {
    for (const [onExceed, model] of [
      ["refuse", "own/b"],
      ["downgrade", "own/c"],
    ] as const) {
      const { headway } = await start({
        budgets: `{on_exceed: ${onExceed}, scopes: [{model: own/a, daily_usd: 0.01}]}`,
      });
      const answer = await headway.grpc.complete(hello({ fallbackModels: ["own/b", "own/c"] }));
      expect(answer.model).toBe(model);
      expect(answer.attempts[0]!.cause).toBe(AttemptCause.FALLBACK_BUDGET);
      const slot = await headway.grpc.acquireSlot({ ...SLOT, models: ["own/a", "own/b", "own/c"] });
      expect(slot.model).toBe(model);
    }
  });

  it("is refused by the request's own bound, and costs nothing", async () => {
    const { headway, provider } = await start();
    const failure = await failureOf(headway.grpc.complete(hello({ maxCostNanoUsd: CENT })));
    expect(failure).toMatchObject({
      reason: "BUDGET_EXCEEDED",
      quotas: ["max_cost"],
      retryDelayMs: undefined,
    });
    expect(provider.count).toBe(0);
  });
});

describe("a slot that waits for its budget", () => {
  it("is granted when others have used less, and refused as soon as they have used all", async () => {
    const { headway } = await start({ budgets: "{daily_usd: 0.03}" });
    const first = await headway.grpc.acquireSlot(SLOT);
    const waiting = headway.grpc.acquireSlot(SLOT);
    const alsoWaiting = failureOf(headway.grpc.acquireSlot(SLOT));
    await expect.poll(async () => (await headway.load()).waiting).toBe(2);
    await headway.grpc.settleSlot({ slotId: first.slotId, usage: { inputTokens: 10n, outputTokens: 10n } });
    const second = await waiting;
    await headway.grpc.settleSlot({ slotId: second.slotId, usage: FULL });
    expect(await alsoWaiting).toMatchObject({
      code: "ResourceExhausted",
      reason: "BUDGET_EXCEEDED",
      quotas: ["budget daily"],
      retryDelayMs: HALF_DAY_MS,
    });
    expect(await failureOf(headway.grpc.acquireSlot(SLOT))).toMatchObject({ reason: "BUDGET_EXCEEDED" });
  });
});

it("a slot that expires is charged its worst case, until it is settled late", async () => {
  const clock = new ManualClock({ wallMs: NOON_MS });
  const { headway } = await start({ clock });
  const { slotId } = await headway.grpc.acquireSlot({ ...SLOT, leaseDuration: { seconds: 30n } });
  const read = async () => {
    const { budgets, totals } = await headway.grpc.getUsage({});
    const { requests, cost, usage } = totals!;
    return [requests, cost?.totalNanoUsd, usage!.totalTokens, budgets[0]!.usedNanoUsd];
  };
  clock.advance(31_000);
  expect(await read()).toEqual([1n, 2n * CENT, 110n, 2n * CENT]);
  const usage = { inputTokens: 10n, outputTokens: 25n };
  const { cost } = await headway.grpc.settleSlot({ slotId, usage });
  expect(cost!.totalNanoUsd).toBe(25n * TOKEN);
  expect(await read()).toEqual([1n, 25n * TOKEN, 35n, 25n * TOKEN]);
});

describe("a file", () => {
  const temporaryFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "headway-budgets-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  };

  it("keeps totals and budgets over a restart", async () => {
    const storagePath = join(temporaryFolder(), "data", "headway.db");
    const read = async (headway: Headway) => {
      const { budgets, totals } = await headway.grpc.getUsage({});
      return [totals!.requests, totals!.cost!.totalNanoUsd, budgets[0]!.usedNanoUsd];
    };
    const before = await start({ budgets: "{daily_usd: 0.05}", storagePath });
    await before.headway.grpc.complete(hello());
    await before.headway.grpc.complete(hello());
    expect(await read(before.headway)).toEqual([2n, 4n * CENT, 4n * CENT]);
    await before.headway.close();

    const { headway } = await start({ budgets: "{daily_usd: 0.05}", storagePath });
    expect(await read(headway)).toEqual([2n, 4n * CENT, 4n * CENT]);
    expect(await failureOf(headway.grpc.complete(hello()))).toMatchObject({ reason: "BUDGET_EXCEEDED" });
  });

  it("that cannot be opened keeps the service from starting, with a line that says why", async () => {
    const start = startHeadway({ config: "", storagePath: temporaryFolder() });
    await expect(start).rejects.toThrow(/^storage\.path cannot be used: [^\n]*it cannot be opened\.[^\n]*$/);
  });
});
