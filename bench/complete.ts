import { create, toBinary } from "@bufbuild/protobuf";
import { CompleteRequestSchema } from "../gen/es/headway/v1/complete_pb.js";
import { Role } from "../gen/es/headway/v1/message_pb.js";
import { startChild, startHeadway } from "./support/child.ts";
import { atRate, compare } from "./support/compare.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import type { BytesClient } from "./support/grpc-client.ts";
import { median } from "./support/load.ts";
import { percent } from "./support/percent.ts";

const STEADY_ROUNDS = 5;
const request = Buffer.from(
  toBinary(
    CompleteRequestSchema,
    create(CompleteRequestSchema, {
      model: "bench/model",
      messages: [
        {
          role: Role.USER,
          parts: [{ part: { case: "text", value: "Say in one sentence how things are." } }],
        },
      ],
    }),
  ),
);

/** Complete on an upstream that answers at once, beside a bare grpc-js handler around the same SDK. */
export async function benchComplete(print: (line: string) => void): Promise<void> {
  await using upstream = await startChild("bench/servers/upstream.ts");
  const baseUrl = `http://127.0.0.1:${upstream.port}/v1`;
  using config = writeConfig(benchConfig(baseUrl));
  await using reference = await startChild("bench/servers/bare-complete.ts", [baseUrl]);
  await using headway = await startHeadway(config.path);
  const work = complete;
  const shares = await compare({ reference, headway, concurrency: 32, work, print });
  print(`  Complete: ${percent(shares.rate)} of a bare handler's calls/s (target 70 %)`);
  print(`  by the server's processor time: ${percent(shares.perCpu)}`);
  const added: number[] = [];
  for (let round = 0; round < STEADY_ROUNDS; round++) {
    const steady = { unitsPerSecond: 200, durationMs: 2000, work };
    const base = await atRate(reference, steady);
    const own = await atRate(headway, steady);
    added.push(own.p50Ms - base.p50Ms);
  }
  print(`  at 200/s: median added p50 ${median(added).toFixed(2)} ms (target < 1 ms)`);
}

async function complete(client: BytesClient): Promise<number> {
  await client.call("Complete", request);
  return 1;
}
