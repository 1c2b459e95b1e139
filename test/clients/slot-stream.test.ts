import { EventEmitter } from "node:events";
import { create, fromBinary } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { Headway, HeadwayError } from "../../clients/typescript/src/index.ts";
import { SlotCalls } from "../../clients/typescript/src/slot-calls.ts";
import {
  type Asked,
  type HoldSlotsCall,
  SlotStream,
  StreamBroken,
} from "../../clients/typescript/src/slot-stream.ts";
import {
  type HoldSlotsRequest,
  HoldSlotsRequestSchema,
  type HoldSlotsResponse,
} from "../../gen/es/headway/v1/hold_slots_pb.js";
import { AcquireSlotResponseSchema } from "../../gen/es/headway/v1/slots_pb.js";
import { slotConfig } from "../support/service/slot-config.ts";
import { startHeadway } from "../support/service/start-headway.ts";
import { Relay } from "./support/relay.ts";

const SETTLE: Asked = { case: "settle", value: { slotId: "slot_1" } };
const ACQUIRE: Asked = { case: "acquire", value: { models: ["own/a"] } };

/** What the client for TypeScript does with a HoldSlots stream, of which its callers see nothing. */
describe("the stream of slots", () => {
  let written: HoldSlotsRequest[];
  let call: EventEmitter;
  let end: ReturnType<typeof vi.fn>;
  let stream: SlotStream;
  beforeEach(() => {
    vi.useFakeTimers();
    written = [];
    end = vi.fn();
    const write = (bytes: Buffer) => written.push(fromBinary(HoldSlotsRequestSchema, bytes));
    call = Object.assign(new EventEmitter(), { write, end });
    stream = new SlotStream(call as unknown as HoldSlotsCall);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const answer = (index: number, response: object) =>
    call.emit("data", { requestId: written[index]!.requestId, response } as HoldSlotsResponse);
  const granted = { case: "acquired", value: { slotId: "slot_1" } };

  it("brings each answer to who asked, whatever their order", async () => {
    const [first, second] = [stream.ask(ACQUIRE, {}), stream.ask(SETTLE, {})];
    answer(1, { case: "settled", value: {} });
    answer(0, { case: "queued", value: {} });
    answer(0, granted);
    expect([(await first).case, (await second).case]).toEqual(["acquired", "settled"]);
  });

  it("fails a request that cannot be written, and no other", async () => {
    const asked = stream.ask(ACQUIRE, {});
    const impossible: Asked = { case: "settle", value: { slotId: "slot_1", providerStatusCode: 2 ** 40 } };
    await expect(stream.ask(impossible, {})).rejects.toThrow("invalid int32");
    answer(0, granted);
    expect((await asked).case).toBe("acquired");
  });

  it("is closed when nobody has used it for a while, and not while something waits", async () => {
    const asked = stream.ask(ACQUIRE, {});
    vi.advanceTimersByTime(5_000);
    expect(stream.isOpen).toBe(true);
    answer(0, granted);
    await asked;
    vi.advanceTimersByTime(1_000);
    expect(stream.isOpen).toBe(false);
    expect(end).toHaveBeenCalled();
  });

  it("is used for a minute at most, and ends when the last answer has come", async () => {
    const asked = stream.ask(ACQUIRE, {});
    vi.advanceTimersByTime(61_000);
    expect(stream.isOpen).toBe(false);
    expect(end).not.toHaveBeenCalled();
    answer(0, granted);
    await asked;
    expect(end).toHaveBeenCalled();
  });

  it("gives up what is not answered in time, and takes no more", async () => {
    const settling = stream.ask(SETTLE, { timeoutMs: 10_000 });
    const failed = expect(settling).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
    expect(stream.isOpen).toBe(false);
  });

  it("takes a request back whose caller goes away, and tells of a slot that came all the same", async () => {
    const leaving = new AbortController();
    const onGrantUnwanted = vi.fn();
    const asked = stream.ask(ACQUIRE, { signal: leaving.signal, onGrantUnwanted });
    leaving.abort(new Error("no more"));
    await expect(asked).rejects.toThrow("no more");
    expect(written[1]?.request).toEqual({ case: "cancel", value: written[0]?.requestId });
    answer(0, granted);
    expect(onGrantUnwanted).toHaveBeenCalledExactlyOnceWith("slot_1");
  });

  it("tells what broke it, or that it ended well", async () => {
    const broken = stream.ask(ACQUIRE, {}).catch((error: unknown) => error);
    const error = { code: status.UNAVAILABLE, details: "gone", metadata: new Metadata() } as ServiceError;
    call.emit("error", error);
    call.emit("end");
    expect(await broken).toMatchObject({ error: { code: status.UNAVAILABLE, message: "gone" } });
    const other = new SlotStream(call as unknown as HoldSlotsCall);
    const ended = other.ask(ACQUIRE, {}).catch((reason: unknown) => reason);
    call.emit("end");
    expect(await ended).toEqual(new StreamBroken(undefined));
    expect([stream.isOpen, other.isOpen]).toEqual([false, false]);
  });
});

describe("slots of the client for TypeScript", () => {
  const REQUEST = { models: "own/a", totalTokens: 10 };

  async function start() {
    const service = await startHeadway({ config: slotConfig({ limits: "{concurrent: 3}" }) });
    const relay = await Relay.start();
    onTestFinished(() => relay.stop());
    relay.forwardTo(service.grpcAddress);
    const headway = new Headway({ address: relay.address });
    onTestFinished(() => headway[Symbol.dispose]());
    return { service, relay, headway };
  }

  it("are given back when their caller had gone before the grant came", async () => {
    const { service, relay, headway } = await start();
    onTestFinished(() => service.close());
    await (await headway.acquireSlot(REQUEST)).release();
    relay.holdAnswers();
    const leaving = new AbortController();
    const asked = headway.acquireSlot(REQUEST, { signal: leaving.signal });
    await vi.waitFor(async () => expect((await service.load()).reserved).toBe(1));
    leaving.abort();
    await expect(asked).rejects.toBe(leaving.signal.reason);
    relay.releaseAnswers();
    await vi.waitFor(async () => expect((await service.load()).reserved).toBe(0));
  });

  it("are asked for again when one that came too late cannot be given back", async () => {
    const { service, headway } = await start();
    onTestFinished(() => service.close());
    const lost = new HeadwayError(status.NOT_FOUND, "no such slot", { metadata: {}, violations: [] });
    const release = vi.spyOn(SlotCalls.prototype, "release").mockRejectedValueOnce(lost);
    const late = create(AcquireSlotResponseSchema, { slotId: "slot_late", startWithin: durationFromMs(0) });
    vi.spyOn(SlotCalls.prototype, "acquire").mockResolvedValueOnce(late);
    onTestFinished(() => void vi.restoreAllMocks());
    const slot = await headway.acquireSlot(REQUEST);
    expect(slot.model).toBe("own/a");
    expect(release).toHaveBeenCalledExactlyOnceWith("slot_late");
    await slot.release();
  });

  it("do not hold up a server that shuts down", async () => {
    const { service, headway } = await start();
    await headway.acquireSlot(REQUEST);
    const closing = service.close(600_000);
    await expect(headway.acquireSlot(REQUEST)).rejects.toMatchObject({ reason: "SHUTTING_DOWN" });
    await closing;
  });

  it("are asked for again on a new stream when the server is back", async () => {
    const { service, relay, headway } = await start();
    await (await headway.acquireSlot(REQUEST)).release();
    relay.forwardTo(undefined);
    await vi.waitFor(() =>
      expect(headway.acquireSlot(REQUEST)).rejects.toMatchObject({ isUnavailable: true }),
    );
    relay.forwardTo(service.grpcAddress);
    onTestFinished(() => service.close());
    const slot = await vi.waitFor(() => headway.acquireSlot(REQUEST));
    await slot.release();
    expect(await service.load()).toEqual({ waiting: 0, reserved: 0 });
  });
});
