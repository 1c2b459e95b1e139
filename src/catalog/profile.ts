import type { ConnectionConfig, ProfileName, ProviderConfig } from "../config/provider-config.ts";
import type { ChargeAt, Refund } from "../core/limit.ts";

/** How a provider counts. */
export interface Profile {
  readonly chargeAt: ChargeAt;
  readonly refund: Refund;
  /** Time zone of its calendar days; undefined: a day is any 24 hours. */
  readonly dayTimeZone: string | undefined;
  /** It holds requests per minute also over this shorter window, in proportion; undefined: it does not. */
  readonly shortWindowMs: number | undefined;
}

const START_FULL: Profile = {
  chargeAt: "start",
  refund: "full",
  dayTimeZone: undefined,
  shortWindowMs: undefined,
};

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  openai: START_FULL,
  azure: { ...START_FULL, refund: "none", shortWindowMs: 10_000 },
  anthropic: { ...START_FULL, chargeAt: "split" },
  gemini: { ...START_FULL, dayTimeZone: "America/Los_Angeles" },
  other: START_FULL,
};

/** The profile of a provider reached in one way: as configured, or by address and type. */
export function profileOf(
  provider: Pick<ProviderConfig, "type">,
  connection: Pick<ConnectionConfig, "baseUrl">,
  configured: ProfileName | undefined,
): Profile {
  return PROFILES[profileNameOf(provider, connection, configured)];
}

/** The name of that profile. */
export function profileNameOf(
  provider: Pick<ProviderConfig, "type">,
  connection: Pick<ConnectionConfig, "baseUrl">,
  configured: ProfileName | undefined,
): ProfileName {
  if (configured !== undefined) return configured;
  if (connection.baseUrl !== undefined && isAzure(connection.baseUrl)) return "azure";
  const { type } = provider;
  return type === "openai" || type === "anthropic" || type === "gemini" ? type : "other";
}

function isAzure(baseUrl: string): boolean {
  return URL.parse(baseUrl)?.hostname.endsWith(".azure.com") ?? false;
}
