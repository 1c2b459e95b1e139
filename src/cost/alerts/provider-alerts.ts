import { HOUR_MS } from "../../core/durations.ts";
import type { AlertFinding, AlertSettings } from "./alert.ts";
import type { RecentCounts } from "./recent-calls.ts";

/** Fewer calls say nothing about a rate. */
const LEAST_CALLS = 20;

/** A provider as its breakers see it. */
export interface ProviderState {
  readonly name: string;
  /** No deployment of it can be called. */
  readonly isDown: boolean;
}

/** Providers that say 429 often, or whose calls fail often. Once per provider and hour. */
export function findCallAlerts(
  counts: readonly RecentCounts[],
  settings: AlertSettings,
  nowWallMs: number,
): AlertFinding[] {
  const hour = Math.floor(nowWallMs / HOUR_MS);
  return counts.flatMap(({ provider, calls, failures, rateLimitHits }) => {
    const found: AlertFinding[] = [];
    const rate = failures / calls;
    if (rateLimitHits >= settings.rateLimitHits) {
      found.push({
        kind: "rate_limit_hits",
        key: `rate_limit_hits|${provider}|${hour}`,
        message: `${provider} said 429 to ${rateLimitHits} of ${calls} calls in the last 5 minutes.`,
        value: rateLimitHits,
        threshold: settings.rateLimitHits,
        budget: undefined,
        provider,
      });
    }
    if (calls >= LEAST_CALLS && rate >= settings.errorRate) {
      found.push({
        kind: "error_rate",
        key: `error_rate|${provider}|${hour}`,
        message: `${failures} of ${calls} calls of ${provider} failed in the last 5 minutes.`,
        value: rate,
        threshold: settings.errorRate,
        budget: undefined,
        provider,
      });
    }
    return found;
  });
}

/** Providers that are down. Once per provider and hour, as long as that lasts. */
export function findDownAlerts(providers: readonly ProviderState[], nowWallMs: number): AlertFinding[] {
  return providers
    .filter(({ isDown }) => isDown)
    .map(({ name }) => ({
      kind: "provider_down",
      key: `provider_down|${name}|${Math.floor(nowWallMs / HOUR_MS)}`,
      message: `${name} does not answer: its calls failed so often that none is made for now.`,
      value: 0,
      threshold: 0,
      budget: undefined,
      provider: name,
    }));
}
