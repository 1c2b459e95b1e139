import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { HeadwayService } from "../../../gen/es/headway/v1/headway_service_pb.js";
import { Role } from "../../../gen/es/headway/v1/message_pb.js";
import { SlotOutcome } from "../../../gen/es/headway/v1/slots_pb.js";
import { outcomeOf } from "../service/failure.ts";
import { SlotStream } from "../service/slot-stream.ts";

/** Ways to one Headway. */
export interface Doors {
  readonly grpc: Client<typeof HeadwayService>;
  readonly connect: Client<typeof HeadwayService>;
  /** `host:port` for HoldSlots. */
  readonly grpcAddress: string;
}

type Headway = Client<typeof HeadwayService>;

/** The model that starts everything at once. */
const FAST = "own/fast";
/** The model at which nearly everybody waits in vain. */
const NARROW = "own/narrow";
/** The model whose every call fails. */
const BROKEN = "own/broken";
/** Slots of which nothing is heard live this long; waits end before. */
const LEASE_MS = 3_000;
const PATIENCE_MS = 60;

function ask(model: string) {
  const parts = [{ part: { case: "text" as const, value: "hello there" } }];
  return { model, messages: [{ role: Role.USER, parts }], maxOutputTokens: 20n };
}

function slotOf(model: string) {
  return { models: [model], inputTokens: 10n, maxOutputTokens: 20n, leaseDuration: durationFromMs(LEASE_MS) };
}

async function settle(headway: Headway, slotId: string): Promise<void> {
  const usage = { inputTokens: 10n, outputTokens: 5n };
  await headway.settleSlot({ slotId, outcome: SlotOutcome.SUCCEEDED, usage });
}

async function streamed(headway: Headway, events: number, signal?: AbortSignal): Promise<void> {
  let seen = 0;
  for await (const _ of headway.streamComplete({ request: ask(FAST) }, { ...(signal && { signal }) })) {
    if (++seen >= events) break;
  }
}

/** One stream that holds slots: one settled, one never heard of again, one waiter taken back, one left behind. */
async function holdSlots(address: string, isBroken: boolean): Promise<void> {
  const stream = new SlotStream(address);
  stream.acquire("settled", slotOf(FAST));
  stream.acquire("dropped", slotOf(FAST));
  stream.acquire("taken-back", slotOf(NARROW));
  stream.acquire("left", { ...slotOf(NARROW), maxWait: durationFromMs(isBroken ? 100_000 : PATIENCE_MS) });
  const granted = await stream.answerTo("settled");
  if (granted.case !== "acquired") throw new Error(`no slot but ${granted.case}`);
  stream.send("settle", { case: "settle", value: { slotId: granted.value.slotId } });
  stream.send("cancel", { case: "cancel", value: "taken-back" });
  await Promise.all(["settle", "dropped", "taken-back"].map((id) => stream.answerTo(id)));
  if (!isBroken) {
    stream.close();
    await stream.status;
  }
  stream.break();
}

/** Everything that a client may do, also not to the end. */
const VISITS: Readonly<Record<string, (doors: Doors, headway: Headway) => Promise<unknown>>> = {
  complete: (_, headway) => headway.complete(ask(FAST)),
  fallback: (_, headway) => headway.complete({ ...ask(BROKEN), fallbackModels: [FAST] }),
  leavingWhileWaiting: (_, headway) =>
    headway.complete(ask(NARROW), { signal: AbortSignal.timeout(PATIENCE_MS) }),
  deadlineWhileWaiting: (_, headway) => headway.complete(ask(NARROW), { timeoutMs: PATIENCE_MS }),
  refused: (_, headway) => headway.complete({ ...ask(NARROW), maxWait: durationFromMs(0) }),
  streamed: (_, headway) => streamed(headway, Number.POSITIVE_INFINITY),
  brokenStream: (_, headway) => streamed(headway, 2),
  leavingTheStream: (_, headway) =>
    streamed(headway, Number.POSITIVE_INFINITY, AbortSignal.timeout(PATIENCE_MS / 10)),
  settledSlot: async (_, headway) => settle(headway, (await headway.acquireSlot(slotOf(FAST))).slotId),
  releasedSlot: async (_, headway) => {
    const { slotId } = await headway.acquireSlot(slotOf(FAST));
    await headway.renewSlot({ slotId, leaseDuration: durationFromMs(2 * LEASE_MS) });
    await headway.releaseSlot({ slotId });
  },
  droppedSlot: (_, headway) => headway.acquireSlot(slotOf(FAST)),
  slotWaitedFor: (_, headway) =>
    headway.acquireSlot(slotOf(NARROW), { signal: AbortSignal.timeout(PATIENCE_MS) }),
  slotOfTwoQueues: (_, headway) =>
    headway.acquireSlot({ ...slotOf(NARROW), models: [NARROW, "own/other"] }, { timeoutMs: PATIENCE_MS }),
  heldSlots: ({ grpcAddress }) => holdSlots(grpcAddress, false),
  brokenHold: ({ grpcAddress }) => holdSlots(grpcAddress, true),
};

/** How often each kind of visit ended how. */
export type Endings = ReadonlyMap<string, number>;

/** Makes `rounds` of every kind of visit through both doors, `lanes` at a time. */
export async function mixTraffic(doors: Doors, rounds: number, lanes: number): Promise<Endings> {
  const kinds = Object.entries(VISITS);
  const endings = new Map<string, number>();
  let made = 0;
  const lane = async (): Promise<void> => {
    while (made < rounds * kinds.length) {
      const number = made++;
      const [kind, visit] = kinds[number % kinds.length]!;
      const headway = Math.floor(number / kinds.length) % 2 === 0 ? doors.grpc : doors.connect;
      const outcome = await outcomeOf(visit(doors, headway));
      const ending = `${kind}: ${outcome === "OK" ? outcome : outcome.code}`;
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return endings;
}
