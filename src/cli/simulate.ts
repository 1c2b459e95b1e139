import { writeFileSync } from "node:fs";
import { buildCatalog } from "../catalog/build-catalog.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import type { Tier } from "../config/provider-config.ts";
import { choice } from "../config/schema/kinds.ts";
import { TIERS } from "../config/schema/provider-schema.ts";
import { nextMidnightMs } from "../core/calendar.ts";
import { SystemClock } from "../core/clock.ts";
import { loadEncodings } from "../cost/tokens/token-estimator.ts";
import { renderPlot } from "../simulation/plot/plot.ts";
import type { SimulationReport } from "../simulation/report.ts";
import { simulate } from "../simulation/simulate.ts";
import { findTargets, type Targets } from "../simulation/target.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { describeSimulation } from "./describe-simulation.ts";
import { formatDuration } from "./format.ts";
import { readConfig } from "./read-config.ts";
import { readTraffic, type Traffic } from "./read-traffic.ts";
import type { SimulateOptions } from "./simulate-options.ts";

/** What one run needs besides the traffic. */
interface Setting {
  readonly catalog: Catalog;
  readonly targets: Targets;
}

/** Plays traffic against the limits of a config and prints what came of it. @throws {CliError} for a wrong input */
export async function simulateCommand(options: SimulateOptions): Promise<void> {
  const clock = new SystemClock();
  const { config, catalog } = readConfig(options.config);
  const traffic = readTraffic(options);
  const base = readTier("--tier", options.tier);
  const other = readTier("--compare", options.compare);
  const settings = [settingOf(traffic, base === undefined ? catalog : onTier(config, base))];
  if (other !== undefined) settings.push(settingOf(traffic, onTier(config, other)));
  const startWallMs = startOfDay(settings[0]!, clock.wallMs());
  const encodings = await loadEncodings();
  const beganMs = clock.monotonicMs();
  const reports: SimulationReport[] = [];
  for (const setting of settings) {
    reports.push(await simulate({ config, ...setting, workload: traffic.workload, startWallMs, encodings }));
  }
  const tookMs = clock.monotonicMs() - beganMs;
  if (options.svg !== undefined) writePlot(options.svg, renderPlot(reports));
  process.stdout.write(options.json === true ? toJson(reports) : describeSimulation(reports));
  const virtualMs = reports.reduce((sum, { durationMs }) => sum + durationMs, 0);
  process.stderr.write(`simulated ${formatDuration(virtualMs)} of traffic in ${formatDuration(tookMs)}\n`);
}

function readTier(flag: string, given: string | undefined): Tier | undefined {
  if (given === undefined) return undefined;
  const reading = choice(...TIERS).read(given);
  if ("value" in reading) return reading.value;
  throw new CliError(`${flag}: "${given}" ${reading.problem}`, EXIT.usage);
}

function onTier(config: Config, tier: Tier): Catalog {
  return buildCatalog(config, new Map(config.providers.map(({ name }) => [name, tier])));
}

function settingOf({ workload, explain }: Traffic, catalog: Catalog): Setting {
  const found = findTargets(workload, catalog);
  if (found.kind === "missing") throw explain(found.findings);
  return { catalog, targets: found.targets };
}

/**
 * The midnight after `nowMs` at which the calendar days of the limits begin, so that a simulated day is one day of the
 * provider; without such limits that of UTC.
 */
function startOfDay({ catalog, targets }: Setting, nowMs: number): number {
  const pools = [...targets.values()].flat().map(({ deployment }) => catalog.pool(deployment.pool));
  const limits = pools.flatMap((pool) => pool?.limits ?? []);
  const timeZone = limits.find((limit) => limit.calendarTimeZone !== undefined)?.calendarTimeZone;
  return nextMidnightMs(nowMs, timeZone ?? "UTC");
}

function writePlot(file: string, svg: string): void {
  try {
    writeFileSync(file, svg);
  } catch (error) {
    throw new CliError(`cannot write the plot to ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** All figures but those of the plot; amounts of money as text, since they may be larger than a JSON number can be. */
function toJson(reports: readonly SimulationReport[]): string {
  const runs = reports.map(({ pools: _, ...figures }) => figures);
  const plain = (_key: string, value: unknown): unknown => {
    if (typeof value === "bigint") return String(value);
    return typeof value === "number" ? Math.round(value * 1e6) / 1e6 : value;
  };
  return `${JSON.stringify({ runs }, plain, 2)}\n`;
}
