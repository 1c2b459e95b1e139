import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { HeadwayService } from "../../../gen/es/headway/v1/headway_service_pb.js";
import { Role } from "../../../gen/es/headway/v1/message_pb.js";
import { SlotOutcome } from "../../../gen/es/headway/v1/slots_pb.js";
import { seededRandom } from "../../../src/core/random.ts";
import { outcomeOf } from "../service/failure.ts";
import { createGrpcJsTransport } from "../service/grpc-js-transport.ts";
import {
  INPUT_TOKENS,
  LEAST_OUTPUT_TOKENS,
  MOST_OUTPUT_TOKENS,
  SOCKET_PROFILES,
  WINDOW_MS,
} from "./socket-profiles.ts";

/** What a client of the zoo did. */
export interface ClientReport {
  readonly completes: number;
  readonly slots: number;
  /** Requests that were refused because the wait would be too long. */
  readonly refused: number;
  /** Slots that came too late to be used. */
  readonly missed: number;
  /** Everything else that did not succeed. */
  readonly failures: readonly string[];
}

/** As told on the command line, in JSON. */
interface ClientOptions {
  readonly seed: number;
  /** Addresses of the Headways that call them, in the same order. */
  readonly headways: readonly string[];
  /** Base addresses of the providers, in the order of the profiles. */
  readonly providers: readonly string[];
  /** So many times what each provider lets through come from this client. */
  readonly load: number;
}

const MAX_WAIT_MS = 2_000;
const TICK_MS = 10;
const PROMPT = Array.from({ length: 40 }, () => "hello").join(" ");

const { seed, headways, providers, load } = JSON.parse(process.argv[2]!) as ClientOptions;
const random = seededRandom(seed);
const transports = new Map(
  [...new Set(headways)].map((address) => [address, createGrpcJsTransport(address)]),
);
const clients = headways.map((address) => createClient(HeadwayService, transports.get(address)!));
const counts = { completes: 0, slots: 0, refused: 0, missed: 0 };
const failures: string[] = [];
const running = new Set<Promise<void>>();

async function complete(index: number, maxOutputTokens: number): Promise<void> {
  await clients[index]!.complete({
    model: `zoo${index}/m`,
    messages: [{ role: Role.USER, parts: [{ part: { case: "text", value: PROMPT } }] }],
    maxOutputTokens: BigInt(maxOutputTokens),
    maxWait: durationFromMs(MAX_WAIT_MS),
  });
  counts.completes++;
}

async function callInSlot(index: number, maxOutputTokens: number): Promise<void> {
  const client = clients[index]!;
  const askedMs = performance.now();
  const { slotId, waited, startWithin } = await client.acquireSlot({
    models: [`zoo${index}/m`],
    inputTokens: BigInt(INPUT_TOKENS),
    maxOutputTokens: BigInt(maxOutputTokens),
    maxWait: durationFromMs(MAX_WAIT_MS),
    leaseDuration: durationFromMs(60_000),
  });
  // All but the wait was spent on the way: who comes too late must not start.
  if (performance.now() - askedMs - durationMs(waited!) > durationMs(startWithin!)) {
    counts.missed++;
    await client.releaseSlot({ slotId });
    return;
  }
  const response = await fetch(`${providers[index]}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "m", max_tokens: maxOutputTokens }),
  });
  const { usage } = (await response.json()) as { usage?: { completion_tokens: number } };
  await client.settleSlot({
    slotId,
    outcome: response.ok ? SlotOutcome.SUCCEEDED : SlotOutcome.RATE_LIMITED,
    providerStatusCode: response.status,
    ...(usage && {
      usage: { inputTokens: BigInt(INPUT_TOKENS), outputTokens: BigInt(usage.completion_tokens) },
    }),
  });
  counts.slots++;
}

async function call(index: number, isComplete: boolean): Promise<void> {
  const span = MOST_OUTPUT_TOKENS - LEAST_OUTPUT_TOKENS;
  const maxOutputTokens = LEAST_OUTPUT_TOKENS + Math.floor(random.next() * (span + 1));
  const outcome = await outcomeOf((isComplete ? complete : callInSlot)(index, maxOutputTokens));
  if (outcome === "OK") return;
  if (outcome.reason === "WAIT_TOO_LONG") counts.refused++;
  else failures.push(`${outcome.code} ${outcome.reason ?? ""}: ${outcome.message}`);
}

const streams = SOCKET_PROFILES.map(({ callsPerWindow }, index) => {
  const gapMs = WINDOW_MS / (callsPerWindow * load);
  return { index, gapMs, nextMs: performance.now() + random.next() * gapMs, isComplete: index % 2 === 0 };
});
const timer = setInterval(() => {
  const nowMs = performance.now();
  for (const stream of streams) {
    for (; stream.nextMs <= nowMs; stream.nextMs += stream.gapMs) {
      const work = call(stream.index, stream.isComplete);
      stream.isComplete = !stream.isComplete;
      running.add(work);
      void work.finally(() => running.delete(work));
    }
  }
}, TICK_MS);

process.on("message", async () => {
  clearInterval(timer);
  await Promise.all(running);
  for (const transport of transports.values()) transport.close();
  const report: ClientReport = { ...counts, failures };
  process.send!(report, () => process.exit());
});
