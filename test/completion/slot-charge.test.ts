import { expect, test } from "vitest";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { paidConfig } from "../support/service/paid-config.ts";
import { PaidProvider } from "../support/service/paid-provider.ts";
import { startHeadway } from "../support/service/start-headway.ts";

/** One token of output of `own/a`; input is free. */
const TOKEN = 200_000n;

test.each([
  ["both sides", { inputTokens: 10n, outputTokens: 30n }, 30n, false],
  ["a total, of which the input was named before", { totalTokens: 40n }, 30n, true],
  ["a total below that input", { totalTokens: 4n }, 0n, true],
  ["the input and a total", { inputTokens: 15n, totalTokens: 40n }, 25n, false],
  ["the output and a total", { outputTokens: 35n, totalTokens: 40n }, 35n, false],
  ["only the input", { inputTokens: 10n }, 100n, true],
  ["only the output", { outputTokens: 7n }, 7n, true],
  ["nothing", undefined, 100n, true],
])("a slot that is settled with %s", async (_, usage, charged, isEstimated) => {
  const answer = await settleSlot({ inputTokens: 10n, maxOutputTokens: 100n }, usage);
  expect(answer).toEqual({ cost: charged * TOKEN, used: charged * TOKEN, isEstimated });
});

test.each([
  ["a total, nobody knows of what", { totalTokens: 40n }, 40n],
  ["nothing", undefined, 110n],
])("a slot of a total that is settled with %s is charged on the dearer side", async (_, usage, charged) => {
  const answer = await settleSlot({ totalTokens: 110n }, usage);
  expect(answer).toEqual({ cost: charged * TOKEN, used: charged * TOKEN, isEstimated: true });
});

/** The charge of a slot as answered, and as a budget counts it. */
async function settleSlot(
  slot: Record<string, bigint>,
  usage: Record<string, bigint> | undefined,
): Promise<{ cost: bigint | undefined; used: bigint; isEstimated: boolean }> {
  const provider = await PaidProvider.start(() => 1);
  const config = paidConfig(provider.baseUrl, "{daily_usd: 1}");
  const headway = await startHeadway({ config, clock: new ManualClock({ wallMs: Date.UTC(2026, 10, 22) }) });
  try {
    const { slotId } = await headway.grpc.acquireSlot({ models: ["own/a"], ...slot });
    const answer = await headway.grpc.settleSlot({ slotId, ...(usage !== undefined && { usage }) });
    const { budgets } = await headway.grpc.getUsage({});
    return {
      cost: answer.cost?.totalNanoUsd,
      used: budgets[0]!.usedNanoUsd,
      isEstimated: answer.usage!.estimated,
    };
  } finally {
    await headway.close();
    await provider.stop();
  }
}
