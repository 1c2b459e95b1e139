import { expect, it, onTestFinished, vi } from "vitest";
import { failureOf } from "../support/service/failure.ts";
import { PriceServer, priceData } from "../support/service/price-server.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const SLOT = { models: ["openai/gpt-4o-mini"], inputTokens: 1_000n, maxOutputTokens: 1_000n };
const USAGE = { inputTokens: 1_000n, outputTokens: 1_000n };

async function start(prices: string): Promise<Headway> {
  const headway = await startHeadway({ config: `scheduler: {spacing: none}\nprices: ${prices}` });
  onTestFinished(() => headway.close());
  return headway;
}

it("price data are not fetched unless that is asked for", async () => {
  const server = await PriceServer.start();
  onTestFinished(() => server.stop());
  const headway = await start(`{url: "${server.url}"}`);
  const { slotId } = await headway.grpc.acquireSlot(SLOT);
  const { cost } = await headway.grpc.settleSlot({ slotId, usage: USAGE });
  expect(cost?.priceSource).toMatch(/^genai-prices \d+\.\d+\.\d+$/);
  expect(server.requestCount).toBe(0);
});

it("where costs are not tracked nothing has one, and no budget holds", async () => {
  const headway = await startHeadway({
    config: "scheduler: {spacing: none}\nbudgets: {track_costs: false, daily_usd: 0, per_request_usd: 0}",
  });
  onTestFinished(() => headway.close());
  const { slotId } = await headway.grpc.acquireSlot(SLOT);
  expect((await headway.grpc.settleSlot({ slotId, usage: USAGE })).cost).toBeUndefined();
  const request = ask("hello", { model: "echo/echo" });
  const answer = await headway.grpc.complete(request);
  expect([answer.cost, answer.attempts[0]!.cost]).toEqual([undefined, undefined]);
  const { totals, budgets } = await headway.grpc.getUsage({});
  expect(totals).toMatchObject({ requests: 2n, usage: { inputTokens: 1_000n + answer.usage!.inputTokens! } });
  expect([totals!.cost, budgets]).toEqual([undefined, []]);
  const bounded = headway.grpc.complete({ ...request, maxCostNanoUsd: 1n });
  expect(await failureOf(bounded)).toMatchObject({
    reason: "PRICE_UNKNOWN",
    message: expect.stringContaining("track_costs"),
  });
});

it("a slot keeps the price that it was granted with, and the next has the fresh one", async () => {
  const server = await PriceServer.start();
  onTestFinished(() => server.stop());
  server.answer = "hold";
  const headway = await start(`{refresh: 24h, url: "${server.url}"}`);
  const before = await headway.grpc.acquireSlot(SLOT);
  await vi.waitFor(() => expect(server.requestCount).toBe(1));
  server.release(priceData(10, 20));
  await vi.waitFor(() => expect(headway.logs()).toContain("the price data were refreshed"));

  const old = await headway.grpc.settleSlot({ slotId: before.slotId, usage: USAGE });
  expect(old.cost).toMatchObject({ totalNanoUsd: 750_000n });
  expect(old.cost?.priceSource).toMatch(/^genai-prices \d+\.\d+\.\d+$/);
  const after = await headway.grpc.acquireSlot(SLOT);
  const fresh = await headway.grpc.settleSlot({ slotId: after.slotId, usage: USAGE });
  expect(fresh.cost).toMatchObject({ totalNanoUsd: 30_000_000n });
  expect(fresh.cost?.priceSource).toMatch(/^genai-prices \d{4}-\d\d-\d\d$/);
});
