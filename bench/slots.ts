import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AcquireSlotRequestSchema,
  AcquireSlotResponseSchema,
  SettleSlotRequestSchema,
  SlotOutcome,
} from "../gen/es/headway/v1/slots_pb.js";
import { startChild, startHeadway } from "./support/child.ts";
import { atRate, compare, describe } from "./support/compare.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import type { BytesClient } from "./support/grpc-client.ts";
import { percent } from "./support/percent.ts";

const acquire = Buffer.from(
  toBinary(
    AcquireSlotRequestSchema,
    create(AcquireSlotRequestSchema, { models: ["bench/model"], inputTokens: 100n, maxOutputTokens: 200n }),
  ),
);

/** AcquireSlot and SettleSlot over grpc-js beside a grpc-js server whose handlers do nothing. */
export async function benchSlots(print: (line: string) => void): Promise<void> {
  using config = writeConfig(benchConfig("http://127.0.0.1:9/v1"));
  await using reference = await startChild("bench/servers/empty.ts");
  await using headway = await startHeadway(config.path);
  const work = acquireAndSettle;
  const shares = await compare({ reference, headway, concurrency: 64, work, print });
  print(`  AcquireSlot + SettleSlot: ${percent(shares.rate)} of an empty handler's calls/s (target 65 %)`);
  print(`  by the server's processor time: ${percent(shares.perCpu)}`);
  // A full garbage collection comes about once a minute: in less time there is none, or it counts for more than it is.
  const steady = { unitsPerSecond: shares.callsPerSecond / 4, durationMs: 60_000, work };
  print(`  at half load, reference: ${describe(await atRate(reference, steady))}`);
  print(`  at half load, Headway: ${describe(await atRate(headway, steady))} (target p99 < 10 ms)`);
}

/** One slot from its grant to its settlement: two calls. */
export async function acquireAndSettle(client: BytesClient): Promise<number> {
  const granted = fromBinary(AcquireSlotResponseSchema, await client.call("AcquireSlot", acquire));
  const settle = create(SettleSlotRequestSchema, {
    slotId: granted.slotId,
    outcome: SlotOutcome.SUCCEEDED,
    usage: { inputTokens: 100n, outputTokens: 80n },
  });
  await client.call("SettleSlot", Buffer.from(toBinary(SettleSlotRequestSchema, settle)));
  return 2;
}
