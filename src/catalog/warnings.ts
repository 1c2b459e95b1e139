import type { Config } from "../config/config.ts";
import { DAY_MS, MINUTE_MS } from "../core/durations.ts";
import type { Limit } from "../core/limit.ts";
import type { Catalog, Pool } from "./catalog.ts";

/** Providers whose accounts always have limits, so that a model without any means that they are not known. */
const LIMITED_TYPES = ["openai", "gemini", "anthropic"];

/** What is allowed and yet probably not meant in limits and pools, one sentence each. */
export function catalogWarnings(config: Config, catalog: Catalog): string[] {
  const usable = catalog.pools.filter((pool) => isUsable(pool, catalog));
  return [
    ...usable.flatMap((pool) => marginWarnings(pool, config)),
    ...usable.flatMap((pool) => unknownLimitWarnings(pool, catalog)),
    ...notOfferedWarnings(config, catalog),
  ];
}

function isUsable({ deployments }: Pool, catalog: Catalog): boolean {
  return catalog.deployments.some(({ id, configured }) => configured && deployments.includes(id));
}

/** The cap is the amount less the margin, and at least 1: with very small amounts the margin is not there. */
function marginWarnings({ id, limits }: Pool, { scheduler }: Config): string[] {
  return limits
    .filter(({ metric, amount }) => metric !== "concurrent" && amount <= scheduler.safetyMargin)
    .map(
      (limit) =>
        `pool ${id}: its limit of ${limit.amount} ${limitName(limit)} is no larger than the safety margin of ` +
        `${scheduler.safetyMargin}; 1 is used, and the provider may still refuse`,
    );
}

function unknownLimitWarnings({ limits, deployments }: Pool, catalog: Catalog): string[] {
  if (limits.length > 0) return [];
  return catalog.deployments
    .filter(({ id, providerType }) => deployments.includes(id) && LIMITED_TYPES.includes(providerType))
    .filter(({ model }) => catalog.models.find(({ id }) => id === model)?.tierLimits === undefined)
    .map(({ id }) => `${id}: its limits are not known, so that nothing is held back; set limits for it`);
}

/** Models that are named for use, although their account does not have them. */
function notOfferedWarnings({ routing }: Config, catalog: Catalog): string[] {
  const named = [
    catalog.defaultModel,
    ...routing.fallbackModels,
    ...routing.taskModels.map(({ model }) => model),
  ];
  return [...new Set(named)].flatMap((id) => {
    const found = id === undefined ? undefined : catalog.find(id);
    if (found?.kind !== "found" || found.deployments.some(({ offered }) => offered)) return [];
    return [`${id} is not offered on tier ${found.deployments[0]?.tier}; it will not be used`];
  });
}

/** Never of `concurrent`, to which no margin applies. */
function limitName({ metric, windowMs }: Limit): string {
  const window = windowMs === MINUTE_MS ? "minute" : windowMs === DAY_MS ? "day" : `${windowMs} ms`;
  return `${metric.replace("_", " ")} per ${window}`;
}
