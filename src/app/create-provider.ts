import type { Deployment } from "../catalog/catalog.ts";
import type { Clock } from "../core/clock.ts";
import { AnthropicProvider } from "../providers/anthropic/provider.ts";
import { EchoProvider } from "../providers/echo/provider.ts";
import { GeminiProvider } from "../providers/gemini/provider.ts";
import { OllamaProvider } from "../providers/ollama/provider.ts";
import { OPENAI_COMPATIBLE_DIALECT, OPENAI_DIALECT } from "../providers/openai/convert-request.ts";
import { OpenAiProvider } from "../providers/openai/provider.ts";
import type { Provider, ProviderConnection } from "../providers/provider.ts";

/** What speaks to the provider of a deployment. */
export function createProvider(
  deployment: Deployment,
  connection: ProviderConnection,
  clock: Clock,
): Provider {
  switch (deployment.providerType) {
    case "openai":
      return new OpenAiProvider(connection, { clock, dialect: OPENAI_DIALECT });
    case "openai_compatible":
      return new OpenAiProvider(connection, { clock, dialect: OPENAI_COMPATIBLE_DIALECT });
    case "gemini":
      return new GeminiProvider(connection, { clock });
    case "anthropic":
      return new AnthropicProvider(connection, { clock });
    case "ollama":
      return new OllamaProvider(connection, { clock });
    case "echo":
      return new EchoProvider(connection, { clock });
  }
}
