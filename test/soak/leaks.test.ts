import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HeadwayService } from "../../gen/es/headway/v1/headway_service_pb.js";
import type { Held } from "../support/leaks/leak-child.ts";
import { LeakServer } from "../support/leaks/leak-server.ts";
import { mixTraffic } from "../support/leaks/mixed-traffic.ts";
import { GatedProvider } from "../support/service/gated-provider.ts";
import { createGrpcJsTransport } from "../support/service/grpc-js-transport.ts";

/** Rounds until everything is there that is kept for a while, then those in which no more must come. */
const FIRST_ROUNDS = 6;
const ROUNDS = 4;
/** Of each kind in a round. */
const VISITS = 40;
const LANES = 24;
/** What has ended is remembered for an hour. */
const JUMP_MS = 3_700_000;
/** Less than anything that is kept of a visit by mistake; what is measured varies by about a third of it. */
const MOST_BYTES_PER_VISIT = 250;

let folder: string;
let provider: GatedProvider;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "headway-leaks-"));
  provider = await GatedProvider.start();
  provider.onCall = (call) => {
    provider.calls.length = 0;
    const { model } = call.body as { readonly model?: string };
    setTimeout(() => (model === "broken" ? call.fail(500) : call.answer("all is well that ends well")), 3);
  };
});

afterEach(async () => {
  await provider.stop();
  rmSync(folder, { recursive: true });
});

function config(): string {
  const model = (name: string, limits: string) =>
    `      ${name}: {upstream_model: ${name}, context_window: 8192, max_output_tokens: 512, limits: ${limits}, ` +
    "price: {input_per_million_usd: 1, output_per_million_usd: 2}}";
  return [
    "listen: {grpc: 127.0.0.1:0, http: 127.0.0.1:0}",
    `storage: {path: ${JSON.stringify(join(folder, "headway.db"))}}`,
    "providers:",
    "  own:",
    "    type: openai_compatible",
    "    api_key: none",
    `    base_url: ${provider.baseUrl}`,
    "    retry_delay: 1ms",
    "    models:",
    model("fast", "{rpm: 1000000, tpm: 1000000000}"),
    model("broken", "{rpm: 1000000}"),
    model("narrow", "{rpm: 20}"),
    model("other", "{rpm: 20}"),
    "budgets: {daily_usd: 1000000}",
  ].join("\n");
}

interface Run {
  /** What was held after each round, once everything had ended and an hour had passed. */
  readonly held: readonly Held[];
  /** By how much what is held has grown over the last rounds, for each visit. */
  readonly grownBytesPerVisit: number;
}

async function run(isLeaking: boolean): Promise<Run> {
  await using server = await LeakServer.start({ config: config(), isLeaking });
  const { grpc: grpcAddress, httpUrl } = server.addresses;
  const transport = createGrpcJsTransport(grpcAddress);
  const grpc = createClient(HeadwayService, transport);
  const connect = createClient(
    HeadwayService,
    createConnectTransport({ baseUrl: httpUrl, httpVersion: "1.1", useBinaryFormat: false }),
  );
  const held: Held[] = [];
  let visits = 0;
  for (let round = 1; round <= FIRST_ROUNDS + ROUNDS; round++) {
    const endings = await mixTraffic({ grpc, connect, grpcAddress }, VISITS, LANES);
    if (round === 1) console.log(Object.fromEntries([...endings].sort()));
    if (round > FIRST_ROUNDS) visits += [...endings.values()].reduce((sum, count) => sum + count, 0);
    held.push(await server.heldAfter({ jumpMs: JUMP_MS }));
    await expectNothingOpen(grpc, httpUrl);
  }
  transport.close();
  // From the least on: now and then the platform throws away something large of its own.
  const bytes = held.slice(FIRST_ROUNDS - 1).map(({ heapBytes }) => heapBytes);
  const grownBytes = bytes.at(-1)! - Math.min(...bytes);
  const report = { held, grownBytesPerVisit: grownBytes / visits };
  console.log(report);
  return report;
}

/** Nobody waits, no slot is open, and nothing is reserved of any limit or budget. */
async function expectNothingOpen(headway: Client<typeof HeadwayService>, httpUrl: string): Promise<void> {
  const { pools, budgets } = await headway.getUsage({});
  const limits = pools.flatMap((pool) => pool.limits);
  const open = {
    waiting: pools.map(({ queueLength }) => queueLength),
    reserved: limits.map(({ reserved }) => reserved),
    budgets: budgets.map(({ reservedNanoUsd }) => reservedNanoUsd),
  };
  for (const [kind, counts] of Object.entries(open)) {
    expect(counts.length, kind).toBeGreaterThan(0);
    expect(counts, kind).toEqual(counts.map(() => 0n));
  }
  const metrics = await (await fetch(`${httpUrl}/metrics`)).text();
  const openSlots = [...metrics.matchAll(/^headway_open_slots\{.*\} (\d+)$/gm)].map(([, count]) => count);
  expect(openSlots.length).toBeGreaterThan(0);
  expect(openSlots).toEqual(openSlots.map(() => "0"));
}

test("nothing is left of traffic of every kind, however it ended", async () => {
  const { held, grownBytesPerVisit } = await run(false);
  expect(grownBytesPerVisit).toBeLessThan(MOST_BYTES_PER_VISIT);
  const first = held[FIRST_ROUNDS - 1]!;
  for (const { timers, sockets } of held.slice(FIRST_ROUNDS)) {
    expect(timers).toBeLessThanOrEqual(first.timers);
    // Of clients and to the provider, which are kept for the next call.
    expect(sockets).toBeLessThan(3 * LANES);
  }
});

test("lines that are kept would be found", async () => {
  const { grownBytesPerVisit } = await run(true);
  expect(grownBytesPerVisit).toBeGreaterThan(MOST_BYTES_PER_VISIT);
});
