import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { WatchUsageResponse } from "../../gen/es/headway/v1/get_usage_pb.js";
import { WatchUsageRequestSchema } from "../../gen/es/headway/v1/get_usage_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { watchUsageHandler } from "../../src/rpc/watch-usage.ts";
import { ServerCall } from "../../src/server/server-call.ts";
import { fakeServices } from "../server/fake-services.ts";
import { failureOf, outcomeOf } from "../support/service/failure.ts";
import { slotConfig } from "../support/service/slot-config.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";

let headway: Headway;
beforeEach(async () => {
  headway = await startHeadway({ config: slotConfig({ limits: "{concurrent: 3}" }) });
  onTestFinished(() => headway.close());
});

describe.each(DOORS)("through %s, WatchUsage", (door) => {
  it("tells the usage at once, and again after each change, until the caller leaves", async () => {
    const caller = new AbortController();
    const stream = headway[door].watchUsage({ request: { models: ["own/a"] } }, { signal: caller.signal });
    const told = stream[Symbol.asyncIterator]();
    const next = async (): Promise<WatchUsageResponse["usage"]> => (await told.next()).value?.usage;
    expect((await next())?.pools[0]?.limits[0]?.reserved).toBe(0n);
    const { slotId } = await headway.grpc.acquireSlot({ models: ["own/a"] });
    expect((await next())?.pools[0]?.limits[0]?.reserved).toBe(1n);
    await headway.grpc.settleSlot({ slotId });
    expect(await next()).toMatchObject({ pools: [{ limits: [{ reserved: 0n }] }], totals: { requests: 1n } });
    const failing = failureOf(told.next());
    caller.abort();
    expect((await failing).code).toBe("Canceled");
    await vi.waitFor(() => expect(headway.logs()).toMatch(/WatchUsage[^\n]*"code":"CANCELLED"/));
  });

  it("blames the caller for a query that is wrong", async () => {
    const stream = headway[door].watchUsage({ request: { groupBy: ["weather"] } });
    const failure = await failureOf(stream[Symbol.asyncIterator]().next());
    expect(failure).toMatchObject({ code: "InvalidArgument", fields: ["group_by[0]"] });
  });

  it("does not hold up a server that shuts down", async () => {
    const told = headway[door].watchUsage({})[Symbol.asyncIterator]();
    await told.next();
    const ending = outcomeOf(told.next());
    await headway.close(60_000);
    expect(await ending).toMatchObject({ code: "Unavailable", reason: "SHUTTING_DOWN" });
  });
});

it("looks at most four times a second, and tells nothing where nothing has changed", async () => {
  const clock = new ManualClock();
  const { usage } = fakeServices();
  const reports = vi.fn(usage.report);
  const call = new ServerCall({ deadlineMs: undefined, metadata: () => undefined });
  const watch = watchUsageHandler({ report: reports }, clock)(create(WatchUsageRequestSchema), call);
  const told = watch[Symbol.asyncIterator]();
  await told.next();
  let isTold = false;
  const second = told.next().finally(() => {
    isTold = true;
  });
  for (let step = 0; step < 100; step++) {
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(reports.mock.calls.length).toBe(5);
  expect(isTold).toBe(false);
  call.abort({ code: "CANCELLED", message: "gone", details: [], reason: undefined });
  await expect(second).rejects.toThrow("gone");
});
