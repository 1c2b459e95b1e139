import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { failureOf } from "../support/service/failure.ts";
import { slotConfig } from "../support/service/slot-config.ts";
import { SlotStream } from "../support/service/slot-stream.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const ADMIN = { headers: { authorization: "Bearer admin-secret" } };
const SECTIONS = ["admin_token: admin-secret", "scheduler: {spacing: none}"];

let headway: Headway;
let text: string;
async function start(config: string): Promise<void> {
  text = config;
  headway = await startHeadway({ config, reread: () => text });
  onTestFinished(() => headway.close());
}

/** Caps of the first limit of a model's pool. */
async function capOf(model: string): Promise<bigint | undefined> {
  const { pools } = await headway.grpc.getUsage({ models: [model] });
  return pools[0]?.limits[0]?.cap;
}

describe.each(DOORS)("through %s, AdminService", (door) => {
  it("lets in only who has the admin token", async () => {
    await start(
      slotConfig({
        limits: "{rpm: 60}",
        sections: [...SECTIONS, "tenants: {search: {token: search-secret}}"],
      }),
    );
    const call = (token?: string) =>
      failureOf(
        headway.admin[door].resetUsage({}, token === undefined ? {} : { headers: { authorization: token } }),
      );
    expect(await call()).toMatchObject({ code: "Unauthenticated", reason: "TOKEN_INVALID" });
    expect(await call("Bearer admin-secreT")).toMatchObject({ code: "Unauthenticated" });
    expect(await call("Bearer ")).toMatchObject({ code: "Unauthenticated" });
    expect(await call("Bearer search-secret")).toMatchObject({
      code: "PermissionDenied",
      reason: "TOKEN_INVALID",
    });
    expect((await headway.admin[door].resetUsage({}, ADMIN)).resetTime).toBeDefined();
    expect(await failureOf(headway[door].getUsage({}, ADMIN))).toMatchObject({ code: "Unauthenticated" });
  });

  it("lets in nobody without a configured token, and says how to set one", async () => {
    await start(slotConfig({ limits: "{rpm: 60}" }));
    const failure = await failureOf(headway.admin[door].setTier({ tier: "paid" }, ADMIN));
    expect(failure).toMatchObject({ code: "PermissionDenied", reason: "TOKEN_INVALID" });
    expect(failure.message).toContain("HEADWAY_ADMIN_TOKEN");
  });
});

describe("SetTier", () => {
  beforeEach(() => start(["tier: tier1", ...SECTIONS].join("\n")));

  it("keeps running slots, and puts the new caps in force at once", async () => {
    const model = "openai/gpt-4o-mini";
    const { slotId } = await headway.grpc.acquireSlot({
      models: [model],
      inputTokens: 5n,
      maxOutputTokens: 5n,
    });
    expect(await capOf(model)).toBe(498n);
    const { pools } = await headway.admin.grpc.setTier({ provider: "openai", tier: "tier2" }, ADMIN);
    const pool = pools.find(({ name }) => name === model);
    expect(pool?.limits[0]).toMatchObject({ amount: 5000n, cap: 4998n, reserved: 1n });
    expect(pools.every(({ models }) => models.every((name) => name.startsWith("openai/")))).toBe(true);
    expect(await capOf(model)).toBe(4998n);
    await headway.grpc.settleSlot({ slotId });
    const { providers } = await headway.grpc.getUsage({});
    const tiers = Object.fromEntries(providers.map(({ name, tier }) => [name, tier]));
    expect(tiers).toMatchObject({ openai: "tier2", gemini: "tier1" });
  });

  it("lets those start who have waited only for the old limit", async () => {
    const gemini = "gemini/gemini-2.5-flash";
    await headway.admin.grpc.setTier({ provider: "gemini", tier: "free" }, ADMIN);
    for (let call = 0; call < 13; call++) await headway.grpc.acquireSlot({ models: [gemini] });
    const waiting = headway.grpc.acquireSlot({ models: [gemini] });
    await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(1));
    await headway.admin.grpc.setTier({ tier: "tier1" }, ADMIN);
    expect((await waiting).model).toBe(gemini);
  });

  it("does not let anybody start without limits where the new tier does not have the model", async () => {
    await headway.admin.grpc.setTier({ provider: "openai", tier: "free" }, ADMIN);
    expect(await capOf("openai/gpt-4o")).toBe(498n);
    expect(await failureOf(headway.grpc.acquireSlot({ models: ["openai/gpt-4o"] }))).toMatchObject({
      code: "FailedPrecondition",
    });
  });

  it("refuses what does not exist", async () => {
    const failure = await failureOf(headway.admin.grpc.setTier({ tier: "gold" }, ADMIN));
    expect(failure).toMatchObject({ code: "InvalidArgument", fields: ["tier"] });
    const unknown = headway.admin.grpc.setTier({ provider: "nobody", tier: "paid" }, ADMIN);
    expect(await failureOf(unknown)).toMatchObject({ code: "InvalidArgument", fields: ["provider"] });
  });
});

describe("SetModelPreference", () => {
  beforeEach(() => start(["routing: {default_model: openai/gpt-4o-mini}", ...SECTIONS].join("\n")));

  it("says which model answers a kind of task, until it is taken back", async () => {
    const preference = { taskType: "code_review", model: "echo/echo" };
    const { taskModels } = await headway.admin.grpc.setModelPreference(preference, ADMIN);
    expect(taskModels).toEqual({ code_review: "echo/echo" });
    expect((await headway.grpc.complete(ask("hello", { taskType: "code_review" }))).model).toBe("echo/echo");
    const answer = await headway.admin.grpc.setModelPreference({ taskType: "code_review" }, ADMIN);
    expect(answer.taskModels).toEqual({});
    const failure = await failureOf(headway.grpc.complete(ask("hello", { taskType: "code_review" })));
    expect(failure.reason).toBe("PROVIDER_NOT_CONFIGURED");
  });

  it("refuses a model that does not exist", async () => {
    const preference = { taskType: "code_review", model: "echo/none" };
    const failure = await failureOf(headway.admin.grpc.setModelPreference(preference, ADMIN));
    expect(failure).toMatchObject({ code: "NotFound", reason: "MODEL_NOT_FOUND" });
  });
});

describe("ResetUsage", () => {
  beforeEach(() => start(slotConfig({ limits: "{rpm: 600, tpm: 100000}", sections: SECTIONS })));

  async function use(model: string): Promise<void> {
    const { slotId } = await headway.grpc.acquireSlot({
      models: [model],
      inputTokens: 1n,
      maxOutputTokens: 1n,
    });
    await headway.grpc.settleSlot({ slotId, usage: { inputTokens: 1n, outputTokens: 9n } });
    // The reset's own millisecond belongs to what comes after it.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }

  it("starts totals and counters anew, and leaves windows as they are", async () => {
    await use("own/a");
    const before = await headway.grpc.getUsage({ models: ["own/a"] });
    expect(before.pools[0]?.counters?.estimateExceededCount).toBe(1n);
    await headway.admin.grpc.resetUsage({}, ADMIN);
    const after = await headway.grpc.getUsage({ models: ["own/a"] });
    expect(after.totals?.requests).toBe(0n);
    expect(after.pools[0]?.counters?.estimateExceededCount).toBe(0n);
    expect(after.pools[0]?.limits[0]?.used).toBe(1n);
    await use("own/a");
    expect((await headway.grpc.getUsage({})).totals?.requests).toBe(1n);
  });

  it("resets only the models that are meant, in totals and in groups", async () => {
    await use("own/a");
    await use("own/b");
    await headway.admin.grpc.resetUsage({ models: ["own/a"] }, ADMIN);
    await use("own/b");
    const { totals, groups } = await headway.grpc.getUsage({ groupBy: ["model"] });
    expect(totals).toMatchObject({ requests: 2n, successRate: 1, usage: { totalTokens: 20n } });
    expect(groups.map(({ key, totals: own }) => [key.model, own?.requests])).toEqual([["own/b", 2n]]);
  });

  it("keeps the counters of pools when only a tenant is meant", async () => {
    await use("own/a");
    await headway.admin.grpc.resetUsage({ tenant: "default" }, ADMIN);
    const { totals, pools } = await headway.grpc.getUsage({ models: ["own/a"] });
    expect(totals?.requests).toBe(0n);
    expect(pools[0]?.counters?.estimateExceededCount).toBe(1n);
  });
});

describe("ReloadConfig", () => {
  beforeEach(() => start(slotConfig({ limits: "{rpm: 60}", sections: SECTIONS })));

  it("puts changed limits in force at once, and names what needs a restart", async () => {
    const { slotId } = await headway.grpc.acquireSlot({ models: ["own/a"] });
    text = slotConfig({ limits: "{rpm: 90}", sections: [...SECTIONS, "listen: {grpc: 127.0.0.1:50999}"] });
    expect(await headway.admin.grpc.reloadConfig({}, ADMIN)).toMatchObject({
      changedPaths: ["providers.own.models.a.limits.rpm", "providers.own.models.b.limits.rpm"],
      restartPaths: ["listen"],
    });
    expect(await capOf("own/a")).toBe(88n);
    await headway.grpc.settleSlot({ slotId });
    const again = await headway.admin.grpc.reloadConfig({}, ADMIN);
    expect(again).toMatchObject({ changedPaths: [], restartPaths: ["listen"] });
  });

  it("takes up a new model, and a new default", async () => {
    text = slotConfig({
      limits: "{rpm: 60}",
      sections: [...SECTIONS, "routing: {default_model: own/c}"],
    }).replaceAll("      b: {upstream_model: b", "      c: {upstream_model: c");
    await headway.admin.grpc.reloadConfig({}, ADMIN);
    expect((await headway.grpc.acquireSlot({})).model).toBe("own/c");
    expect(await failureOf(headway.grpc.acquireSlot({ models: ["own/b"] }))).toMatchObject({
      code: "NotFound",
    });
  });

  it("undoes what was set while running", async () => {
    await headway.admin.grpc.setModelPreference({ taskType: "chat", model: "own/b" }, ADMIN);
    await headway.admin.grpc.setTier({ provider: "openai", tier: "tier2" }, ADMIN);
    expect((await headway.admin.grpc.reloadConfig({}, ADMIN)).changedPaths).toEqual([
      "providers.openai.tier",
      "routing.task_models.chat",
    ]);
  });

  it("leaves the old config in force when the new one has errors, and lists them", async () => {
    text = slotConfig({ limits: "{rpm: soon}", sections: SECTIONS });
    const failure = await failureOf(headway.admin.grpc.reloadConfig({}, ADMIN));
    expect(failure).toMatchObject({ code: "FailedPrecondition", reason: "CONFIG_INVALID" });
    expect(failure.metadata.problem_1).toMatch(/^started\.yaml:\d+: providers\.own\.models\.a\.limits\.rpm/);
    expect(await capOf("own/a")).toBe(58n);
  });
});

it("keeps a stream of slots through a change of tier", async () => {
  await start(["tier: tier1", ...SECTIONS].join("\n"));
  const stream = new SlotStream(headway.grpcAddress);
  onTestFinished(() => stream.break());
  stream.acquire("one", { models: ["openai/gpt-4o-mini"] });
  await stream.answerTo("one");
  await headway.admin.grpc.setTier({ tier: "paid" }, ADMIN);
  stream.acquire("two", { models: ["openai/gpt-4o-mini"] });
  expect((await stream.answerTo("two")).case).toBe("acquired");
});
