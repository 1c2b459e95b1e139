import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AcquireSlotRequestSchema,
  AcquireSlotResponseSchema,
  SettleSlotRequestSchema,
  SlotOutcome,
} from "../gen/es/headway/v1/slots_pb.js";
import { startChild, startHeadway } from "./support/child.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import { BytesClient } from "./support/grpc-client.ts";
import { closedLoop, type LoadResult, median, openLoop } from "./support/load.ts";

const ROUNDS = 5;
const acquire = Buffer.from(
  toBinary(
    AcquireSlotRequestSchema,
    create(AcquireSlotRequestSchema, { models: ["bench/model"], inputTokens: 100n, maxOutputTokens: 200n }),
  ),
);

/** AcquireSlot and SettleSlot over grpc-js beside a grpc-js server that does nothing. */
export async function benchSlots(print: (line: string) => void): Promise<void> {
  using config = writeConfig(benchConfig("http://127.0.0.1:9/v1"));
  await using empty = await startChild("bench/servers/empty.ts");
  await using headway = await startHeadway(config.path);
  const ratios: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const reference = await run(empty.port);
    const own = await run(headway.port);
    ratios.push(own.callsPerSecond / reference.callsPerSecond);
    rates.push(own.callsPerSecond);
    print(`  round ${round + 1}: empty handler ${describe(reference)} | Headway ${describe(own)}`);
  }
  print(
    `  AcquireSlot + SettleSlot: median ${(median(ratios) * 100).toFixed(0)} % of an empty handler (target 65 %)`,
  );
  const half = await atRate(headway.port, median(rates) / 2);
  print(`  at half load: ${describe(half)} (target p99 < 10 ms)`);
}

function run(port: number): Promise<LoadResult> {
  const client = new BytesClient(port);
  return closedLoop({
    concurrency: 64,
    warmUpMs: 1500,
    durationMs: 4000,
    work: () => acquireAndSettle(client),
  }).finally(() => client[Symbol.dispose]());
}

function atRate(port: number, callsPerSecond: number): Promise<LoadResult> {
  const client = new BytesClient(port);
  return openLoop({
    perSecond: callsPerSecond / 2,
    durationMs: 5000,
    work: () => acquireAndSettle(client),
  }).finally(() => client[Symbol.dispose]());
}

async function acquireAndSettle(client: BytesClient): Promise<number> {
  const granted = fromBinary(AcquireSlotResponseSchema, await client.call("AcquireSlot", acquire));
  const settle = create(SettleSlotRequestSchema, {
    slotId: granted.slotId,
    outcome: SlotOutcome.SUCCEEDED,
    usage: { inputTokens: 100n, outputTokens: 80n },
  });
  await client.call("SettleSlot", Buffer.from(toBinary(SettleSlotRequestSchema, settle)));
  return 2;
}

function describe({ callsPerSecond, p50Ms, p99Ms, errors }: LoadResult): string {
  const failed = errors === 0 ? "" : `, ${errors} ERRORS`;
  return `${callsPerSecond.toFixed(0)} calls/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms${failed}`;
}
