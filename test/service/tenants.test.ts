import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { CandidateVerdict } from "../../gen/es/headway/v1/candidate_pb.js";
import { failureOf, outcomeOf } from "../support/service/failure.ts";
import { slotConfig } from "../support/service/slot-config.ts";
import { SlotStream } from "../support/service/slot-stream.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const TENANTS = `
tenants:
  search: {token: search-secret, models: ["own/*"], limits: {rpm: 2, tpm: 1000}}
  batch: {token: batch-secret, limits: {concurrent: 1}}
  free: {token: free-secret}
`;

/** The headers of a tenant. */
function as(tenant: string): { headers: { authorization: string } } {
  return { headers: { authorization: `Bearer ${tenant}-secret` } };
}

let headway: Headway;
beforeEach(async () => {
  const sections = ["scheduler: {spacing: none}", TENANTS];
  headway = await startHeadway({ config: slotConfig({ limits: "{rpm: 600}", sections }) });
  onTestFinished(() => headway.close());
});

describe("a tenant", () => {
  it("is known by its token only", async () => {
    expect(await failureOf(headway.grpc.acquireSlot({ models: ["own/a"] }))).toMatchObject({
      code: "Unauthenticated",
      reason: "TOKEN_INVALID",
    });
    expect((await headway.grpc.acquireSlot({ models: ["own/a"] }, as("free"))).model).toBe("own/a");
    const stream = new SlotStream(headway.grpcAddress);
    onTestFinished(() => stream.break());
    expect((await stream.status).code).toBe(16);
  });

  it("may use only its models, on every way", async () => {
    const failure = { code: "PermissionDenied", reason: "MODEL_NOT_ALLOWED" };
    expect(await failureOf(headway.grpc.acquireSlot({ models: ["echo/echo"] }, as("search")))).toMatchObject(
      failure,
    );
    const complete = headway.grpc.complete(ask("hello", { model: "echo/echo" }), as("search"));
    expect(await failureOf(complete)).toMatchObject(failure);
    const { models } = await headway.grpc.listModels({}, as("search"));
    expect(models.map(({ name }) => name)).toEqual(["own/a", "own/b"]);
  });

  it("has one quota for all pools, which refusals name", async () => {
    const small = { inputTokens: 1n, maxOutputTokens: 1n };
    await headway.grpc.acquireSlot({ ...small, models: ["own/a"] }, as("search"));
    await headway.grpc.acquireSlot({ ...small, models: ["own/b"] }, as("search"));
    const third = { ...small, models: ["own/b"], maxWait: { seconds: 1n } };
    const failure = await failureOf(headway.grpc.acquireSlot(third, as("search")));
    expect(failure).toMatchObject({ code: "ResourceExhausted", reason: "WAIT_TOO_LONG" });
    expect(failure.quotas?.[0]).toBe("tenant search");
    expect(failure.metadata.wait_causes).toBe("requests_window");
    expect(failure.retryDelayMs).toBeGreaterThan(50_000);
    expect((await headway.grpc.acquireSlot({ models: ["own/b"] }, as("free"))).model).toBe("own/b");
  });

  it("cannot take more than its quota at once", async () => {
    const request = { models: ["own/a"], inputTokens: 1001n, maxOutputTokens: 0n };
    expect(await failureOf(headway.grpc.acquireSlot(request, as("search")))).toMatchObject({
      code: "InvalidArgument",
      reason: "REQUEST_TOO_LARGE",
      metadata: { cap: "1000" },
    });
  });

  it("is told by a dry run that its quota is too small, or makes it wait", async () => {
    const capped = await startHeadway({
      config: `
tenants: {search: {token: search-secret, limits: {rpm: 1, tpm: 1000}}}
providers: {echo: {limits: {rpm: 600}}}
`,
    });
    onTestFinished(() => capped.close());
    const plan = async (maxOutputTokens: bigint) => {
      const request = ask("hello", { model: "echo/echo", maxOutputTokens, maxWait: durationFromMs(5000) });
      return (await capped.grpc.planComplete({ request }, as("search"))).route[0]?.verdict;
    };
    expect(await plan(2000n)).toBe(CandidateVerdict.LIMIT_TOO_SMALL);
    expect(await plan(500n)).toBe(CandidateVerdict.ELIGIBLE);
    const request = ask("hello", { model: "echo/echo", maxOutputTokens: 2000n });
    expect(await failureOf(capped.grpc.complete(request, as("search")))).toMatchObject({
      reason: "REQUEST_TOO_LARGE",
      metadata: { cap: "1000" },
    });
    await capped.grpc.acquireSlot(
      { models: ["echo/echo"], inputTokens: 1n, maxOutputTokens: 1n },
      as("search"),
    );
    const late = ask("hello", { model: "echo/echo", maxOutputTokens: 10n, maxWait: durationFromMs(5000) });
    expect(await failureOf(capped.grpc.complete(late, as("search")))).toMatchObject({
      reason: "WAIT_TOO_LONG",
      quotas: ["tenant search", "pool echo/echo"],
    });
  });

  it("has its part of the queue by its weight, in places and in tokens", async () => {
    const crowded = await startHeadway({
      config: slotConfig({
        limits: "{concurrent: 1}",
        sections: [
          "scheduler: {safety_margin: 0, max_queue: 4, max_queued_tokens: 400}",
          "tenants: {search: {token: search-secret, weight: 3}, free: {token: free-secret}}",
        ],
      }),
    });
    onTestFinished(() => crowded.close());
    const waitAs = (tenant: string, tokens: bigint) =>
      crowded.grpc.acquireSlot({ models: ["own/a"], totalTokens: tokens }, as(tenant));
    await waitAs("search", 1n);
    const waiting = [waitAs("free", 100n), waitAs("search", 200n)].map((one) => outcomeOf(one));
    await vi.waitFor(async () => {
      const { pools } = await crowded.grpc.getUsage({ models: ["own/a"] }, as("free"));
      expect(pools[0]?.queueLength).toBe(2n);
    });
    const bounds = [waitAs("free", 1n), waitAs("search", 101n)];
    expect(await Promise.all(bounds.map(failureOf))).toMatchObject([
      { code: "ResourceExhausted", reason: "QUEUE_FULL", metadata: { bound: "tenant", max_queue: "1" } },
      { code: "ResourceExhausted", reason: "QUEUE_FULL", metadata: { bound: "tokens", max_queue: "400" } },
    ]);
    await crowded.close();
    expect((await Promise.all(waiting)).map((one) => one !== "OK" && one.reason)).toEqual(
      Array(2).fill("SHUTTING_DOWN"),
    );
  });

  it("starts when its quota is freed, in whatever pool that happens", async () => {
    const { slotId } = await headway.grpc.acquireSlot({ models: ["own/a"] }, as("batch"));
    const waiting = headway.grpc.acquireSlot({ models: ["own/b"] }, as("batch"));
    await vi.waitFor(async () => {
      const { pools } = await headway.grpc.getUsage({ models: ["own/b"] }, as("free"));
      expect(pools[0]?.queueLength).toBe(1n);
    });
    expect((await headway.grpc.acquireSlot({ models: ["own/b"] }, as("free"))).model).toBe("own/b");
    await headway.grpc.settleSlot({ slotId }, as("batch"));
    expect((await waiting).model).toBe("own/b");
  });

  it("sees only its own totals, and only its own slots", async () => {
    const { slotId } = await headway.grpc.acquireSlot({ models: ["own/a"] }, as("free"));
    expect(await failureOf(headway.grpc.settleSlot({ slotId }, as("batch")))).toMatchObject({
      code: "NotFound",
      reason: "SLOT_NOT_FOUND",
    });
    await headway.grpc.settleSlot({ slotId }, as("free"));
    const totalsOf = async (tenant: string) =>
      (await headway.grpc.getUsage({ tenant: "free" }, as(tenant))).totals?.requests;
    expect(await totalsOf("free")).toBe(1n);
    expect(await totalsOf("batch")).toBe(0n);
    const { groups } = await headway.grpc.getUsage({ groupBy: ["tenant"] }, as("batch"));
    expect(groups).toEqual([]);
  });
});
