import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { MemoryLedger } from "../../src/stores/memory/ledger.ts";
import { type RecordedSpan, recordSpans, type SpanRecorder } from "../support/service/recorded-spans.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";

const MODEL = "echo/echo";

let spans: SpanRecorder;
let headway: Headway;
beforeAll(async () => {
  spans = recordSpans();
  headway = await startHeadway({
    config: "scheduler: {spacing: none}\nproviders: {echo: {limits: {rpm: 1000}}}",
    tracing: true,
  });
});
afterAll(async () => {
  await headway.close();
  await spans.stop();
});

/** The span of the RPC about this slot. */
async function spanOf(method: string, slotId: string): Promise<RecordedSpan> {
  return await vi.waitFor(() => {
    const found = spans
      .spans()
      .find(
        ({ name, attributes }) => name.endsWith(`/${method}`) && attributes["headway.slot_id"] === slotId,
      );
    if (found === undefined) throw new Error(`no span of ${method} for ${slotId}`);
    return found;
  });
}

it.each(["settleSlot", "releaseSlot", "renewSlot"] as const)(
  "%s is linked to the AcquireSlot of its slot",
  async (method) => {
    const { slotId, deployment } = await headway.grpc.acquireSlot({ models: [MODEL] });
    const other = await headway.grpc.acquireSlot({ models: [MODEL] });
    await headway.grpc[method]({ slotId });
    await headway.grpc.releaseSlot({ slotId: other.slotId });
    const acquired = await spanOf("AcquireSlot", slotId);
    const later = await spanOf(method[0]!.toUpperCase() + method.slice(1), slotId);
    expect(acquired.attributes["headway.deployment"]).toBe(deployment);
    expect(later.attributes["headway.deployment"]).toBe(deployment);
    expect(later.links.map(({ context }) => context)).toMatchObject([
      { traceId: acquired.spanContext().traceId, spanId: acquired.spanContext().spanId },
    ]);
    expect(later.spanContext().traceId).not.toBe(acquired.spanContext().traceId);
    expect(acquired.links).toEqual([]);
  },
);

it("the ledger has the trace in which the slot was acquired", async () => {
  const record = vi.spyOn(MemoryLedger.prototype, "record");
  const { slotId } = await headway.grpc.acquireSlot({ models: [MODEL], requestId: "traced" });
  await headway.grpc.settleSlot({ slotId });
  const { traceId } = (await spanOf("AcquireSlot", slotId)).spanContext();
  const [entry] = record.mock.calls.map(([one]) => one).filter(({ requestId }) => requestId === "traced");
  expect(entry?.traceId).toBe(traceId);
  record.mockRestore();
});
