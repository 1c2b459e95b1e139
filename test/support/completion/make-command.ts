import type { CompleteCommand } from "../../../src/completion/complete-request.ts";

/** A request that says nothing but "hello" and wants at most `maxOutputTokens`, with `fields` laid over it. */
export function makeCommand(maxOutputTokens: number, fields: Partial<CompleteCommand>): CompleteCommand {
  return {
    request: {
      messages: [{ role: "user", parts: [{ kind: "text", text: "hello" }] }],
      tools: [],
      stopSequences: [],
      maxOutputTokens,
    },
    model: undefined,
    fallbackModels: [],
    strategy: undefined,
    contextStrategy: undefined,
    maxAttemptCount: undefined,
    maxWaitMs: undefined,
    priority: "normal",
    taskType: undefined,
    quality: undefined,
    maxCostNanoUsd: undefined,
    preset: undefined,
    tags: {},
    requestId: "asked",
    cacheMode: "bypass",
    hedge: false,
    providerOptions: {},
    ...fields,
  };
}
