import { setTimeout as elapsed } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";
import { createApp } from "../../../src/app.ts";
import { checkConfig } from "../../../src/catalog/check-config.ts";
import { formatProblems } from "../../../src/config/problem.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { callLogFields } from "../../../src/server/call-scope.ts";
import { startService } from "../../../src/server/service.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { JumpingClock } from "./jumping-clock.ts";

/** What the process is told on its command line, in JSON. */
export interface LeakChildOptions {
  /** Text of the configuration file. */
  readonly config: string;
  /** Keeps every line that is logged: a leak as an example. */
  readonly isLeaking: boolean;
}

/** Where the process serves. */
export interface LeakChildAddresses {
  readonly grpc: string;
  readonly httpUrl: string;
}

/** What the process holds. */
export interface Held {
  /** Objects and arrays, without compiled code, after garbage was collected. */
  readonly heapBytes: number;
  /** Of the clock. */
  readonly timers: number;
  readonly sockets: number;
}

/** Asks for {@link Held} after so long by the process's clock, which is put forward. */
export interface Jump {
  readonly jumpMs: number;
}

/** Until what was started by the jump has been done, and what has ended is known to be garbage. */
const SETTLE_MS = 400;
const COLLECTIONS = 3;
const OBJECT_SPACES = ["old_space", "new_space", "large_object_space", "new_large_object_space"];

const { config: text, isLeaking } = JSON.parse(process.argv[2]!) as LeakChildOptions;
const clock = new JumpingClock();
const checked = checkConfig(text, {});
if (checked.kind === "invalid") throw new Error(formatProblems(checked.problems));
const { config, catalog, tree } = checked;
const lines: string[] = [];
const logger = await createLogger({
  level: "info",
  format: "json",
  fields: callLogFields,
  destination: { write: (line) => void (isLeaking && lines.push(line)) },
});
const readConfig = () => checked;
const app = await createApp({
  config,
  catalog,
  tree,
  readConfig,
  configFile: undefined,
  clock,
  random: systemRandom,
  logger,
});
const service = await startService({
  services: app.services,
  metrics: app.metrics,
  unready: app.unready,
  clock,
  logger,
  listen: config.listen,
  tenants: config.tenants,
  adminToken: config.adminToken,
  tracing: false,
  logRequests: true,
});

function objectBytes(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name: name }) => OBJECT_SPACES.includes(name));
  return spaces.reduce((sum, space) => sum + space.space_used_size, 0);
}

process.on("message", async ({ jumpMs }: Jump) => {
  // Those who have gone away are known to have by then, and get nothing that only the jump gives them.
  await elapsed(SETTLE_MS);
  clock.jump(jumpMs);
  for (let collection = 0; collection < COLLECTIONS; collection++) {
    await elapsed(SETTLE_MS);
    globalThis.gc!();
  }
  const held: Held = {
    heapBytes: objectBytes(),
    timers: clock.pendingTimers,
    sockets: process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length,
  };
  process.send!(held);
});
process.on("disconnect", async () => {
  app.drain();
  await service.close(0);
  await app.close();
});
const addresses: LeakChildAddresses = {
  grpc: `127.0.0.1:${service.grpcAddress.port}`,
  httpUrl: `http://127.0.0.1:${service.httpAddress.port}`,
};
process.send!(addresses);
