import type { CompleteRequest } from "../../gen/es/headway/v1/complete_pb.js";
import type { CompleteCommand } from "../completion/complete-request.ts";
import type { ChatRequest, JsonObject } from "../core/chat.ts";
import { makeId } from "../core/id.ts";
import { CACHE_MODES, CONTEXT_STRATEGIES, PRIORITIES, QUALITIES, STRATEGIES } from "./convert-enums.ts";
import { readMessages } from "./convert-message.ts";
import { readResponseFormat, readToolChoice, readTools } from "./convert-tools.ts";
import { findNonJson } from "./find-non-json.ts";
import {
  readDuration,
  readEnum,
  readModel,
  readModels,
  readRequestId,
  readTags,
  readText,
  readTokens,
} from "./read-fields.ts";
import { type Reading, reading, Violations } from "./violations.ts";

/** Longest name of a kind of work, in characters. */
export const MAX_TASK_TYPE_LENGTH = 64;
const MAX_PRESET_LENGTH = 64;
const MAX_ATTEMPTS = 100;
const MAX_TEMPERATURE = 2;

/** Checks every bound of the contract, and says all that is wrong at once. */
export function readCompleteRequest(request: CompleteRequest): Reading<CompleteCommand> {
  const violations = new Violations();
  const chat = readChat(violations, request);
  const command: CompleteCommand = {
    request: chat,
    model: readModel(violations, "model", request.model),
    fallbackModels: readModels(violations, "fallback_models", request.fallbackModels),
    strategy: readEnum(violations, "strategy", request.strategy, STRATEGIES),
    contextStrategy: readEnum(violations, "context_strategy", request.contextStrategy, CONTEXT_STRATEGIES),
    maxAttemptCount: readMaxAttempts(violations, request.maxAttempts),
    maxWaitMs: readDuration(violations, "max_wait", request.maxWait),
    priority: readEnum(violations, "priority", request.priority, PRIORITIES) ?? "normal",
    taskType: readText(violations, "task_type", request.taskType, MAX_TASK_TYPE_LENGTH),
    quality: readEnum(violations, "quality", request.quality, QUALITIES),
    maxCostNanoUsd: readMoney(violations, "max_cost_nano_usd", request.maxCostNanoUsd),
    preset: readText(violations, "preset", request.preset, MAX_PRESET_LENGTH),
    tags: readTags(violations, request.tags),
    requestId: readRequestId(violations, request.requestId) ?? makeId("req"),
    cacheMode: readEnum(violations, "cache", request.cache, CACHE_MODES) ?? "default",
    hedge: request.hedge,
    providerOptions: readProviderOptions(violations, request.providerOptions),
  };
  return reading(violations, command);
}

/** The part of a request that says what is asked of a model. */
export type ChatFields = Pick<CompleteRequest, "messages" | "tools" | "responseFormat" | "maxOutputTokens"> &
  Partial<Pick<CompleteRequest, "toolChoice" | "temperature" | "topP" | "stopSequences" | "seed">>;

/** Reads {@link ChatFields}; also for requests that have fewer of them. */
export function readChat(violations: Violations, request: ChatFields): ChatRequest {
  const tools = readTools(violations, request.tools);
  const toolNames = new Set(tools.map(({ name }) => name));
  const toolChoice = readToolChoice(violations, request.toolChoice, toolNames);
  const responseFormat = readResponseFormat(violations, request.responseFormat);
  const temperature = readNumber(
    violations,
    "temperature",
    request.temperature,
    isTemperature,
    "must be 0 to 2",
  );
  const topP = readNumber(violations, "top_p", request.topP, isTopP, "must be above 0 and at most 1");
  const maxOutputTokens = readTokens(violations, "max_output_tokens", request.maxOutputTokens, 1);
  const seed = readSeed(violations, request.seed);
  const stopSequences = request.stopSequences ?? [];
  stopSequences.forEach((stop, index) => {
    if (stop === "") violations.add(`stop_sequences[${index}]`, "must not be empty");
  });
  return {
    messages: readMessages(violations, request.messages, toolNames),
    tools,
    stopSequences,
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(responseFormat === undefined ? {} : { responseFormat }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(seed === undefined ? {} : { seed }),
  };
}

// Both are false for NaN.
const isTemperature = (value: number) => value >= 0 && value <= MAX_TEMPERATURE;
const isTopP = (value: number) => value > 0 && value <= 1;

function readNumber(
  violations: Violations,
  field: string,
  value: number | undefined,
  isAllowed: (value: number) => boolean,
  rule: string,
): number | undefined {
  if (value === undefined || isAllowed(value)) return value;
  violations.add(field, rule);
  return undefined;
}

function readSeed(violations: Violations, value: bigint | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seed = Number(value);
  if (Number.isSafeInteger(seed)) return seed;
  // Providers are spoken to in JSON, whose numbers are exact only so far.
  violations.add("seed", "must be between -(2^53 - 1) and 2^53 - 1");
  return undefined;
}

function readMaxAttempts(violations: Violations, value: number): number | undefined {
  if (value === 0) return undefined;
  if (value >= 1 && value <= MAX_ATTEMPTS) return value;
  violations.add("max_attempts", `must be 0 to ${MAX_ATTEMPTS}`);
  return undefined;
}

function readMoney(violations: Violations, field: string, value: bigint | undefined): bigint | undefined {
  if (value === undefined || value >= 0n) return value;
  violations.add(field, "must be 0 or more");
  return undefined;
}

function readProviderOptions(
  violations: Violations,
  options: JsonObject | undefined,
): Readonly<Record<string, JsonObject>> {
  const read: [string, JsonObject][] = [];
  for (const [provider, value] of Object.entries(options ?? {})) {
    const field = `provider_options.${provider}`;
    if (!isObject(value)) {
      violations.add(field, "must be an object of the provider's options");
      continue;
    }
    const path = findNonJson(value);
    if (path !== undefined) violations.add(`${field}${path}`, "must be a finite number");
    read.push([provider, value]);
  }
  return Object.fromEntries(read);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
