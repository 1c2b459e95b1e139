import { setTimeout as elapsed } from "node:timers/promises";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { HoldSlotsRequestSchema } from "../gen/es/headway/v1/hold_slots_pb.js";
import { type Child, startChild, startHeadway } from "./support/child.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import { median } from "./support/load.ts";
import { percent } from "./support/percent.ts";
import { StreamClient } from "./support/stream-client.ts";

const ROUNDS = 5;
const WARM_UP_MS = 1500;
const MEASURED_MS = 4000;
/** Requests on the stream that are not answered yet. */
const LANES = 64;
const TARGET_PERCENT = 70;

/** Where the parts of an answer are: the request's name of four letters first, then what it is answered with. */
const NAME_START = 2;
const NAME_END = 6;
const ACQUIRED_TAG = (3 << 3) | 2;
const SETTLED_TAG = (4 << 3) | 2;
const SLOT_ID_LENGTH = "slot_".length + 22;
/** In an acquired answer the slot's id comes first: tag, length, text, behind the tag and length of the answer. */
const SLOT_ID_START = NAME_END + 2 + 2;

/** Acquire and settle as messages of one stream, beside a stream that sends every message back. */
export async function benchHoldSlots(print: (line: string) => void): Promise<void> {
  using config = writeConfig(benchConfig("http://127.0.0.1:9/v1"));
  await using echo = await startChild("bench/servers/echo-stream.ts");
  await using headway = await startHeadway(config.path);
  const shares: number[] = [];
  const cpuShares: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const reference = await echoRate(echo);
    const own = await slotRate(headway);
    shares.push(own.perSecond / reference.perSecond);
    cpuShares.push(own.perCpuMs / reference.perCpuMs);
    print(`  round ${round + 1}: echo ${describe(reference)} | Headway ${describe(own)}`);
  }
  const share = percent(median(shares));
  print(`  HoldSlots, acquire + settle: ${share} of an empty echo's messages/s (target ${TARGET_PERCENT} %)`);
  print(`  by the server's processor time: ${percent(median(cpuShares))}`);
}

/** How fast messages came back. */
interface Rate {
  readonly perSecond: number;
  /** For each millisecond of the server's processor time. */
  readonly perCpuMs: number;
}

function describe({ perSecond, perCpuMs }: Rate): string {
  return `${perSecond.toFixed(0)} messages/s, ${perCpuMs.toFixed(1)} per ms of processor time`;
}

/** Messages a second that come back from a server that only echoes. */
async function echoRate(server: Child): Promise<Rate> {
  let count = 0;
  using client = new StreamClient(server.port, (message) => {
    count++;
    client.send(message);
  });
  for (let lane = 0; lane < LANES; lane++) client.send(acquireOf(nameOf(lane)));
  return await rateOf(server, () => count);
}

/** Answers a second of a server that grants each acquire at once and has each slot settled. */
async function slotRate(server: Child): Promise<Rate> {
  let count = 0;
  const acquires = new Map<string, Buffer>();
  const settles = new Map<string, Buffer>();
  using client = new StreamClient(server.port, (message) => {
    count++;
    const name = message.toString("latin1", NAME_START, NAME_END);
    const tag = message[NAME_END];
    if (tag === SETTLED_TAG) client.send(acquires.get(name)!);
    else if (tag === ACQUIRED_TAG) client.send(settleOf(settles.get(name)!, message));
    else throw new Error(`the server answered with field ${tag! >> 3}`);
  });
  for (let lane = 0; lane < LANES; lane++) {
    const name = nameOf(lane);
    acquires.set(name, acquireOf(name));
    settles.set(name, settleTemplateOf(name));
    client.send(acquires.get(name)!);
  }
  return await rateOf(server, () => count);
}

async function rateOf(server: Child, count: () => number): Promise<Rate> {
  await elapsed(WARM_UP_MS);
  const before = count();
  const startCpuMs = server.cpuMs();
  const startMs = performance.now();
  await elapsed(MEASURED_MS);
  const made = count() - before;
  return {
    perSecond: (made / (performance.now() - startMs)) * 1000,
    perCpuMs: made / Math.max(1, server.cpuMs() - startCpuMs),
  };
}

function nameOf(lane: number): string {
  return String(lane).padStart(NAME_END - NAME_START, "0");
}

function acquireOf(name: string): Buffer {
  const value = { models: ["bench/model"], inputTokens: 100n, maxOutputTokens: 200n };
  return encode({ requestId: name, request: { case: "acquire", value } });
}

function settleTemplateOf(name: string): Buffer {
  const value = { slotId: "x".repeat(SLOT_ID_LENGTH), usage: { inputTokens: 100n, outputTokens: 80n } };
  return encode({ requestId: name, request: { case: "settle", value } });
}

/** The settlement of the slot that was just granted; its id stands where the slot's id stands in the answer. */
function settleOf(template: Buffer, granted: Buffer): Buffer {
  const settle = Buffer.from(template);
  granted.copy(settle, SLOT_ID_START, SLOT_ID_START, SLOT_ID_START + SLOT_ID_LENGTH);
  return settle;
}

function encode(request: MessageInitShape<typeof HoldSlotsRequestSchema>): Buffer {
  return Buffer.from(toBinary(HoldSlotsRequestSchema, create(HoldSlotsRequestSchema, request)));
}
