import { durationMs } from "@bufbuild/protobuf/wkt";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import type { HoldSlotsResponse } from "../../gen/es/headway/v1/hold_slots_pb.js";
import { slotConfig } from "../support/service/slot-config.ts";
import { SlotStream } from "../support/service/slot-stream.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";

let headway: Headway;
let stream: SlotStream;
/** One call at a time of each model (three less the margin), so that a second waits until the first is settled. */
beforeEach(async () => {
  headway = await startHeadway({ config: slotConfig({ limits: "{concurrent: 3}" }) });
  stream = openStream();
  onTestFinished(() => headway.close());
});

function openStream(): SlotStream {
  const opened = new SlotStream(headway.grpcAddress);
  onTestFinished(() => opened.break());
  return opened;
}

function slotOf(response: HoldSlotsResponse["response"]): string {
  if (response.case !== "acquired") throw new Error(`answered with ${response.case}`);
  return response.value.slotId;
}

describe("HoldSlots", () => {
  it("acquires, renews and settles on one stream, each answer by its request's name", async () => {
    stream.acquire("one", { inputTokens: 10n, maxOutputTokens: 20n });
    const acquired = await stream.answerTo("one");
    expect(acquired).toMatchObject({ case: "acquired", value: { model: "own/a", reservedTokens: 30n } });
    const slotId = slotOf(acquired);
    stream.send("two", { case: "renew", value: { slotId, leaseDuration: { seconds: 3600n } } });
    stream.send("three", {
      case: "settle",
      value: { slotId, usage: { inputTokens: 10n, outputTokens: 5n } },
    });
    expect((await stream.answerTo("two")).case).toBe("renewed");
    expect(await stream.answerTo("three")).toMatchObject({
      case: "settled",
      value: { usage: { totalTokens: 15n } },
    });
    const { totals } = await headway.grpc.getUsage({});
    expect(totals).toMatchObject({ requests: 1n, usage: { totalTokens: 15n } });
  });

  it("gives back what is released", async () => {
    stream.acquire("one");
    const slotId = slotOf(await stream.answerTo("one"));
    stream.send("two", { case: "release", value: { slotId } });
    expect((await stream.answerTo("two")).case).toBe("released");
    expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
  });

  it("tells who waits its place, and again when it moves up", async () => {
    stream.acquire("first");
    const slotId = slotOf(await stream.answerTo("first"));
    stream.acquire("second");
    stream.acquire("third");
    expect(await stream.placeOf("second", 1)).toMatchObject({
      value: { model: "own/a", deployment: "own/a" },
    });
    await stream.placeOf("third", 2);
    stream.send("s", { case: "settle", value: { slotId } });
    expect((await stream.answerTo("second")).case).toBe("acquired");
    await stream.placeOf("third", 1);
  });

  it("takes the first of several models whose turn comes", async () => {
    stream.acquire("a");
    const slotId = slotOf(await stream.answerTo("a"));
    stream.acquire("b", { models: ["own/a", "own/b"] });
    expect(await stream.answerTo("b")).toMatchObject({ value: { model: "own/b" } });
    stream.acquire("either", { models: ["own/b", "own/a"] });
    await stream.placeOf("either", 1);
    stream.send("s", { case: "settle", value: { slotId } });
    expect(await stream.answerTo("either")).toMatchObject({ value: { model: "own/a" } });
    expect((await headway.load()).waiting).toBe(0);
  });

  it("drops what waits when the stream breaks, and keeps what was granted", async () => {
    stream.acquire("granted");
    const slotId = slotOf(await stream.answerTo("granted"));
    stream.acquire("waiting");
    await stream.placeOf("waiting", 1);
    stream.break();
    await vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 1 }));
    const other = openStream();
    other.send("late", { case: "settle", value: { slotId } });
    expect((await other.answerTo("late")).case).toBe("settled");
  });

  it("takes back what waits, and only that", async () => {
    stream.acquire("granted");
    const slotId = slotOf(await stream.answerTo("granted"));
    stream.acquire("waiting");
    await stream.placeOf("waiting", 1);
    stream.send("", { case: "cancel", value: "granted" });
    stream.send("", { case: "cancel", value: "never seen" });
    stream.send("", { case: "cancel", value: "waiting" });
    expect(await stream.answerTo("waiting")).toMatchObject({
      case: "error",
      value: { code: 1, reason: ErrorReason.CANCELLED },
    });
    expect(await headway.load()).toEqual({ waiting: 0, reserved: 1 });
    stream.send("s", { case: "settle", value: { slotId } });
    expect((await stream.answerTo("s")).case).toBe("settled");
    expect(stream.answers.filter(({ requestId }) => requestId === "")).toEqual([]);
  });

  it("refuses requests one by one, and goes on", async () => {
    stream.acquire("unknown", { models: ["own/none"] });
    expect(await stream.answerTo("unknown")).toMatchObject({
      case: "error",
      value: { code: 5, reason: ErrorReason.MODEL_NOT_FOUND },
    });
    stream.send("no slot", { case: "settle", value: { slotId: "slot_none" } });
    expect(await stream.answerTo("no slot")).toMatchObject({
      value: { code: 5, reason: ErrorReason.SLOT_NOT_FOUND },
    });
    stream.send("empty", { case: undefined });
    const invalid = { value: { code: 3, reason: ErrorReason.INVALID_REQUEST } };
    expect(await stream.answerTo("empty")).toMatchObject(invalid);
    stream.acquire("");
    expect(await stream.answerTo("")).toMatchObject(invalid);
    stream.acquire("x".repeat(129));
    expect(await stream.answerTo("x".repeat(129))).toMatchObject(invalid);
    stream.acquire("negative", { inputTokens: -1n, maxOutputTokens: -1n });
    expect(await stream.answerTo("negative")).toMatchObject({
      value: { code: 3, violations: [{ subject: "input_tokens" }, { subject: "max_output_tokens" }] },
    });
    stream.acquire("fine");
    expect((await stream.answerTo("fine")).case).toBe("acquired");
  });

  it("refuses bytes that are not a message without ending the stream", async () => {
    stream.sendBytes(Buffer.from([0xff, 0xff]));
    expect(await stream.answerTo("")).toMatchObject({
      case: "error",
      value: { code: 3, reason: ErrorReason.INVALID_REQUEST },
    });
    stream.acquire("fine");
    expect((await stream.answerTo("fine")).case).toBe("acquired");
  });

  it("refuses a name that waits already, and the name may be used again after its answer", async () => {
    stream.acquire("granted");
    const slotId = slotOf(await stream.answerTo("granted"));
    stream.acquire("again");
    await stream.placeOf("again", 1);
    stream.acquire("again");
    expect((await stream.answerTo("again")).case).toBe("error");
    expect((await headway.load()).waiting).toBe(1);
    stream.send("granted", { case: "settle", value: { slotId } });
    await vi.waitFor(() => {
      const cases = stream.answers
        .filter(({ requestId }) => requestId === "again")
        .map((one) => one.response.case);
      expect(cases).toEqual(["queued", "error", "acquired"]);
    });
  });

  it("refuses too long a wait at once, with when to try again", async () => {
    const limited = await startHeadway({ config: slotConfig({ limits: "{rpm: 3}" }) });
    onTestFinished(() => limited.close());
    const own = new SlotStream(limited.grpcAddress);
    onTestFinished(() => own.break());
    own.acquire("one");
    await own.answerTo("one");
    own.acquire("two", { maxWait: { seconds: 1n } });
    const { value } = await own.answerTo("two");
    expect(value).toMatchObject({
      code: 8,
      reason: ErrorReason.WAIT_TOO_LONG,
      violations: [{ subject: expect.stringContaining("own/a") }],
    });
    const retryMs = durationMs((value as { retryAfter: Parameters<typeof durationMs>[0] }).retryAfter);
    expect(retryMs).toBeGreaterThan(50_000);
  });

  it("answers all that was asked when the caller closes its side, and then ends", async () => {
    stream.acquire("granted");
    const slotId = slotOf(await stream.answerTo("granted"));
    stream.acquire("waiting");
    await stream.placeOf("waiting", 1);
    stream.close();
    await headway.grpc.settleSlot({ slotId });
    expect((await stream.answerTo("waiting")).case).toBe("acquired");
    expect(await stream.status).toMatchObject({ code: 0 });
  });

  it("grants nothing more while the server shuts down, and still takes settlements", async () => {
    stream.acquire("granted");
    const slotId = slotOf(await stream.answerTo("granted"));
    const closing = headway.close(60_000);
    stream.acquire("late");
    expect(await stream.answerTo("late")).toMatchObject({
      value: { code: 14, reason: ErrorReason.SHUTTING_DOWN },
    });
    stream.send("s", { case: "settle", value: { slotId } });
    expect((await stream.answerTo("s")).case).toBe("settled");
    stream.close();
    expect(await stream.status).toMatchObject({ code: 0 });
    await closing;
  });

  it("is cut with a reason when the time for shutting down is over", async () => {
    stream.acquire("granted");
    await stream.answerTo("granted");
    await headway.close(0);
    expect((await stream.status).code).toBe(14);
  });

  it("answers ten thousand messages that come at once", async () => {
    const wide = await startHeadway({
      config: slotConfig({ limits: "{rpm: 1000000000}", sections: ["scheduler: {spacing: none}"] }),
    });
    onTestFinished(() => wide.close());
    const own = new SlotStream(wide.grpcAddress);
    onTestFinished(() => own.break());
    for (let index = 0; index < 10_000; index++) own.acquire(`r${index}`);
    await vi.waitFor(() => expect(own.answers).toHaveLength(10_000));
    expect(new Set(own.answers.map(({ response }) => response.case))).toEqual(new Set(["acquired"]));
  });
});
