import type { DefaultsConfig } from "../config/config.ts";
import type { ChatRequest } from "../core/chat.ts";

/** The request with the configured settings where it leaves its own open. */
export function withDefaults(request: ChatRequest, defaults: DefaultsConfig): ChatRequest {
  const temperature = request.temperature ?? defaults.temperature;
  const maxOutputTokens = request.maxOutputTokens ?? defaults.maxOutputTokens;
  if (temperature === request.temperature && maxOutputTokens === request.maxOutputTokens) return request;
  return {
    ...request,
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  };
}
