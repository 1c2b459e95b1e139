import type { ChatRequest } from "../../core/chat.ts";
import type { Considered, ConsideredDeployment } from "../candidate-list.ts";
import type { CompleteCommand } from "../complete-request.ts";
import type { Settings } from "../settings.ts";
import { digest } from "./digest.ts";

/** What a request's key is made of. */
export interface KeyedRequest {
  readonly tenant: string;
  readonly command: CompleteCommand;
  /** The command's request with the configured defaults. */
  readonly request: ChatRequest;
  readonly settings: Settings;
  readonly considered: Considered;
}

/**
 * The key under which the answer to a request is kept. In it is all that could change the answer: the tenant, every
 * word and setting of the request, what is passed through to providers, how a model is chosen, and the models that may
 * be as they are configured now, experiments and presets included. Not in it is what only says how hard to try, for
 * whom and how to name it: `max_wait`, `max_attempts`, `priority`, `tags`, `request_id`.
 */
export function cacheKey({ tenant, command, request, settings, considered }: KeyedRequest): string {
  return digest({
    tenant,
    request,
    providerOptions: command.providerOptions,
    strategy: settings.strategy,
    contextStrategy: settings.contextStrategy,
    quality: command.quality,
    maxCostNanoUsd: command.maxCostNanoUsd,
    arms: considered.arms,
    deployments: considered.list.filter(({ deployment }) => isUsable(deployment)).map(identityOf),
  });
}

function isUsable({ configured, enabled, offered }: ConsideredDeployment["deployment"]): boolean {
  return configured && enabled && offered;
}

/** What a deployment is, whatever it is called. */
function identityOf({ deployment, model, origin }: ConsideredDeployment): object {
  const { contextWindowTokens, maxOutputTokens } = model;
  const { id, providerType, upstreamModel, connection } = deployment;
  const { baseUrl } = connection;
  return { id, providerType, upstreamModel, baseUrl, origin, contextWindowTokens, maxOutputTokens };
}
