import type { Config } from "./config.ts";
import { missingVariable } from "./credentials.ts";
import { variablePrefix } from "./environment.ts";

/** Whether a provider can answer, for the start-up log. */
export interface ProviderState {
  readonly name: string;
  readonly on: boolean;
  /** What turns it on, as `set OPENAI_API_KEY`; undefined when it is on. */
  readonly hint: string | undefined;
}

/** Which providers are on, and what turns the others on. */
export function describeProviders(config: Config): readonly ProviderState[] {
  return config.providers.map((provider) => {
    const { name, enabled } = provider;
    if (!enabled) return { name, on: false, hint: howToEnable(name) };
    const connections = [provider.connection, ...provider.deployments.map(({ connection }) => connection)];
    const missing = connections.map((connection) => missingVariable(provider, connection));
    const on = missing.includes(undefined);
    return { name, on, hint: on ? undefined : `set ${missing[0]}` };
  });
}

/** What brings back a provider that the user has switched off, by file or variable. */
export function howToEnable(providerName: string): string {
  return `remove enabled: false from the file, or ${variablePrefix(providerName)}ENABLED from the environment`;
}
