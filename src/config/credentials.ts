import { variablePrefix } from "./environment.ts";
import type { ConnectionConfig, ProviderConfig, ProviderType } from "./provider-config.ts";

/** What each type cannot do without. */
const NEEDS: Readonly<Record<ProviderType, "apiKey" | "baseUrl" | undefined>> = {
  openai: "apiKey",
  gemini: "apiKey",
  anthropic: "apiKey",
  ollama: "baseUrl",
  openai_compatible: "baseUrl",
  echo: undefined,
};

/** The variable that would complete the connection; undefined when nothing is missing. */
export function missingVariable(
  provider: Pick<ProviderConfig, "name" | "type">,
  connection: ConnectionConfig,
): string | undefined {
  const need = NEEDS[provider.type];
  if (need === undefined || connection[need] !== undefined) return undefined;
  if (need === "apiKey") return `${variablePrefix(provider.name)}API_KEY`;
  return provider.name === "ollama" ? "OLLAMA_HOST" : `${variablePrefix(provider.name)}BASE_URL`;
}
