import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import type { AcquireSlotResponse } from "../../gen/es/headway/v1/slots_pb.js";
import { MemoryLedger } from "../../src/stores/memory/ledger.ts";
import { type RecordedSpan, recordSpans, type SpanRecorder } from "../support/service/recorded-spans.ts";
import { SlotStream } from "../support/service/slot-stream.ts";
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

it("each request on HoldSlots is in the trace that it names, and a settlement is linked to the acquire", async () => {
  const stream = new SlotStream(headway.grpcAddress);
  onTestFinished(() => stream.break());
  const [acquirer, settler] = ["a", "b"].map((digit) => digit.repeat(32));
  const traceparent = (traceId: string | undefined) => `00-${traceId}-00f067aa0ba902b7-01`;
  stream.send("a", { case: "acquire", value: { models: [MODEL] } }, traceparent(acquirer));
  const { slotId } = (await stream.answerTo("a")).value as AcquireSlotResponse;
  stream.send("s", { case: "settle", value: { slotId } }, traceparent(settler));
  await stream.answerTo("s");
  const acquired = await spanOf("HoldSlots acquire", slotId);
  const settled = await spanOf("HoldSlots settle", slotId);
  expect([acquired, settled].map((span) => span.spanContext().traceId)).toEqual([acquirer, settler]);
  expect(acquired.parentSpanContext?.spanId).toBe("00f067aa0ba902b7");
  expect(acquired.links).toEqual([]);
  expect(settled.links.map(({ context }) => context.spanId)).toEqual([acquired.spanContext().spanId]);
});

it("a request on HoldSlots that is refused says why in its span, and without a trace is in the stream's", async () => {
  const stream = new SlotStream(headway.grpcAddress);
  onTestFinished(() => stream.break());
  stream.acquire("a", { models: ["echo/none"] });
  await stream.answerTo("a");
  stream.close();
  await stream.status;
  const [refused, whole] = await vi.waitFor(() => {
    const found = ["HoldSlots acquire", "HoldSlots"].map((name) =>
      spans.spans().findLast((span) => span.name.endsWith(`/${name}`)),
    );
    if (found[1] === undefined || found[1].spanContext().spanId !== found[0]?.parentSpanContext?.spanId)
      throw new Error("not ended yet");
    return found;
  });
  expect(whole).toBeDefined();
  expect(refused?.attributes).toMatchObject({ "error.type": "MODEL_NOT_FOUND", "rpc.grpc.status_code": 5 });
});

it("the ledger has the trace in which the slot was acquired", async () => {
  const record = vi.spyOn(MemoryLedger.prototype, "record");
  const { slotId } = await headway.grpc.acquireSlot({ models: [MODEL], requestId: "traced" });
  await headway.grpc.settleSlot({ slotId });
  const { traceId } = (await spanOf("AcquireSlot", slotId)).spanContext();
  const [entry] = record.mock.calls.map(([one]) => one).filter(({ requestId }) => requestId === "traced");
  expect(entry?.traceId).toBe(traceId);
  record.mockRestore();
});
