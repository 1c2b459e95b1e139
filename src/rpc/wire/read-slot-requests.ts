import type { Duration } from "@bufbuild/protobuf/wkt";
import type { HoldSlotsRequest } from "../../../gen/es/headway/v1/hold_slots_pb.js";
import type { AcquireSlotRequest, SettleSlotRequest } from "../../../gen/es/headway/v1/slots_pb.js";
import type { Usage } from "../../../gen/es/headway/v1/usage_pb.js";
import type { PlainReader } from "./plain-reader.ts";

/** A request of HoldSlots, when it is an acquire or a settle. */
export function readHoldSlotsRequest(reader: PlainReader): HoldSlotsRequest {
  const message: HoldSlotsRequest = {
    $typeName: "headway.v1.HoldSlotsRequest",
    requestId: "",
    request: { case: undefined },
    traceContext: {},
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) message.requestId = reader.string();
    else if (tag === 58) readEntry(reader, message.traceContext);
    // Another of them would have to be merged with the first, or replace it.
    else if (message.request.case !== undefined) reader.giveUp();
    else if (tag === 18) message.request = { case: "acquire", value: nested(reader, readAcquireSlotRequest) };
    else if (tag === 26) message.request = { case: "settle", value: nested(reader, readSettleSlotRequest) };
    else reader.giveUp();
  }
  return message;
}

/** All fields but `tags`. */
export function readAcquireSlotRequest(reader: PlainReader): AcquireSlotRequest {
  const message: AcquireSlotRequest = {
    $typeName: "headway.v1.AcquireSlotRequest",
    models: [],
    priority: 0,
    tags: {},
    requestId: "",
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) message.models.push(reader.string());
    else if (tag === 16) message.inputTokens = reader.int64();
    else if (tag === 24) message.maxOutputTokens = reader.int64();
    else if (tag === 32) message.totalTokens = reader.int64();
    else if (tag === 42 && message.maxWait === undefined) message.maxWait = nested(reader, readDuration);
    else if (tag === 50 && message.leaseDuration === undefined)
      message.leaseDuration = nested(reader, readDuration);
    else if (tag === 56) message.priority = reader.varint();
    else if (tag === 74) message.requestId = reader.string();
    else reader.giveUp();
  }
  return message;
}

/** All fields but `provider_headers`. */
export function readSettleSlotRequest(reader: PlainReader): SettleSlotRequest {
  const message: SettleSlotRequest = {
    $typeName: "headway.v1.SettleSlotRequest",
    slotId: "",
    outcome: 0,
    providerHeaders: {},
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) message.slotId = reader.string();
    else if (tag === 18 && message.usage === undefined) message.usage = nested(reader, readUsage);
    else if (tag === 24) message.outcome = reader.varint();
    else if (tag === 32) message.providerStatusCode = reader.varint();
    else if (tag === 42 && message.retryAfter === undefined)
      message.retryAfter = nested(reader, readDuration);
    else reader.giveUp();
  }
  return message;
}

function readEntry(reader: PlainReader, map: Record<string, string>): void {
  const outerEnd = reader.enter();
  let key = "";
  let value = "";
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) key = reader.string();
    else if (tag === 18) value = reader.string();
    else reader.giveUp();
  }
  reader.leave(outerEnd);
  map[key] = value;
}

function readUsage(reader: PlainReader): Usage {
  const message: Usage = { $typeName: "headway.v1.Usage", estimated: false };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 8) message.inputTokens = reader.int64();
    else if (tag === 16) message.outputTokens = reader.int64();
    else if (tag === 24) message.cachedInputTokens = reader.int64();
    else if (tag === 32) message.reasoningTokens = reader.int64();
    else if (tag === 40) message.totalTokens = reader.int64();
    else if (tag === 48) message.cacheWriteInputTokens = reader.int64();
    else if (tag === 56) message.estimated = reader.varint() !== 0;
    else reader.giveUp();
  }
  return message;
}

function readDuration(reader: PlainReader): Duration {
  const message: Duration = { $typeName: "google.protobuf.Duration", seconds: 0n, nanos: 0 };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 8) message.seconds = reader.int64();
    else if (tag === 16) message.nanos = reader.varint();
    else reader.giveUp();
  }
  return message;
}

function nested<T>(reader: PlainReader, read: (reader: PlainReader) => T): T {
  const outerEnd = reader.enter();
  const message = read(reader);
  reader.leave(outerEnd);
  return message;
}
