import { create, toBinary } from "@bufbuild/protobuf";
import { CompleteRequestSchema } from "../gen/es/headway/v1/complete_pb.js";
import { Role } from "../gen/es/headway/v1/message_pb.js";
import { startChild, startHeadway } from "./support/child.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import { BytesClient } from "./support/grpc-client.ts";
import { closedLoop, type LoadResult, median, openLoop } from "./support/load.ts";

const ROUNDS = 5;
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
  await using bare = await startChild("bench/servers/bare-complete.ts", [baseUrl]);
  await using headway = await startHeadway(config.path);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const reference = await run(bare.port);
    const own = await run(headway.port);
    ratios.push(own.callsPerSecond / reference.callsPerSecond);
    print(`  round ${round + 1}: bare handler ${describe(reference)} | Headway ${describe(own)}`);
  }
  print(`  Complete: median ${(median(ratios) * 100).toFixed(0)} % of a bare handler (target 70 %)`);
  const added: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const reference = await atRate(bare.port);
    const own = await atRate(headway.port);
    added.push(own.p50Ms - reference.p50Ms);
  }
  print(`  at 200/s: median added p50 ${median(added).toFixed(2)} ms (target < 1 ms)`);
}

function run(port: number): Promise<LoadResult> {
  const client = new BytesClient(port);
  return closedLoop({
    concurrency: 32,
    warmUpMs: 2000,
    durationMs: 4000,
    work: () => complete(client),
  }).finally(() => client[Symbol.dispose]());
}

function atRate(port: number): Promise<LoadResult> {
  const client = new BytesClient(port);
  return openLoop({ perSecond: 200, durationMs: 2000, work: () => complete(client) }).finally(() =>
    client[Symbol.dispose](),
  );
}

async function complete(client: BytesClient): Promise<number> {
  await client.call("Complete", request);
  return 1;
}

function describe({ callsPerSecond, p50Ms, p99Ms, errors }: LoadResult): string {
  const failed = errors === 0 ? "" : `, ${errors} ERRORS`;
  return `${callsPerSecond.toFixed(0)} calls/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms${failed}`;
}
