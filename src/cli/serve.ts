import type { Logger } from "pino";
import type { AppOptions } from "../app/app-options.ts";
import type { App } from "../app.ts";
import type { Config } from "../config/config.ts";
import { describeProviders } from "../config/describe-providers.ts";
import { type Clock, SystemClock } from "../core/clock.ts";
import { systemRandom } from "../core/random.ts";
import { StartError } from "../core/start-error.ts";
import { StopError } from "../core/stop-error.ts";
import { callLogFields } from "../server/call-scope.ts";
import { freeCallsEarly } from "../server/free-calls-early.ts";
import { formatAddress, ListenError } from "../server/listen-error.ts";
import { type RunningService, startService } from "../server/service.ts";
import { createLogger } from "../telemetry/logger.ts";
import { startTracing, type Tracing } from "../telemetry/tracing.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { readConfig, rereadConfig } from "./read-config.ts";
import { firstStopSignal } from "./stop-signal.ts";

/** Makes the service behind the doors. */
export type CreateApp = (options: AppOptions) => Promise<App>;

/** How long the last spans may take on their way to the collector. */
const FLUSH_MS = 3_000;

/**
 * Serves until the process is told to stop, and then lets running calls end. @throws {CliError} when it cannot start
 */
export async function serve(options: { readonly config?: string }, createApp: CreateApp): Promise<void> {
  const { config, catalog, tree, warnings, file } = readConfig(options.config);
  const { telemetry, listen } = config;
  freeCallsEarly();
  const clock = new SystemClock();
  const logger = await createLogger({
    level: telemetry.logLevel,
    format: telemetry.logFormat,
    fields: callLogFields,
  });
  const tracing = await startTracing({
    endpoint: telemetry.otlpEndpoint,
    langfuse: telemetry.langfuse,
    serviceName: telemetry.serviceName,
    clock,
    logger,
  });
  // Listened for before the doors open: a signal may come as soon as somebody knows that they are.
  const stopSignal = firstStopSignal(clock);
  const app = await createApp({
    config,
    catalog,
    tree,
    readConfig: () => rereadConfig(file),
    configFile: file,
    logger,
    clock,
    random: systemRandom,
  }).catch((error: unknown) => {
    throw error instanceof StartError ? new CliError(error.message) : error;
  });
  const service = await startService({
    services: app.services,
    metrics: app.metrics,
    unready: app.unready,
    clock,
    logger,
    listen,
    tenants: config.tenants,
    adminToken: config.adminToken,
    tracing: tracing.isOn,
    logRequests: telemetry.logRequests,
  }).catch(async (error: unknown) => {
    await app.close();
    throw error instanceof ListenError ? new CliError(error.message) : error;
  });
  sayHello(logger, config, file, warnings, service);
  const signal = await stopSignal;
  logger.info(
    { signal, grace_ms: listen.drainTimeoutMs },
    "stopping: running calls may end; again to stop at once",
  );
  const unkept = await stop({ service, app, tracing }, clock, listen.drainTimeoutMs);
  if (unkept === undefined) logger.info("stopped");
  else logger.error(`stopped, and ${unkept.message}`);
  // Peers that do not close their side would keep the process alive.
  process.exit(unkept === undefined ? EXIT.ok : EXIT.failed);
}

/** Answers what could not be kept. Undefined: everything was. */
async function stop(
  { service, app, tracing }: { service: RunningService; app: App; tracing: Tracing },
  clock: Clock,
  graceMs: number,
): Promise<StopError | undefined> {
  const endMs = clock.monotonicMs() + graceMs;
  app.drain();
  await service.close(graceMs);
  let unkept: StopError | undefined;
  await app.close(Math.max(0, endMs - clock.monotonicMs())).catch((error: unknown) => {
    if (!(error instanceof StopError)) throw error;
    unkept = error;
  });
  await tracing.close(FLUSH_MS);
  return unkept;
}

function sayHello(
  logger: Logger,
  config: Config,
  file: string | undefined,
  warnings: readonly string[],
  { grpcAddress, httpAddress }: RunningService,
): void {
  for (const warning of warnings) logger.warn(warning);
  for (const { name, on, hint } of describeProviders(config)) {
    logger.info(on ? `provider ${name} is on` : `provider ${name} is off; to turn it on ${hint}`);
  }
  const addresses = { grpc: formatAddress(grpcAddress), http: formatAddress(httpAddress) };
  logger.info({ ...addresses, config: file ?? "environment" }, "serving");
}
