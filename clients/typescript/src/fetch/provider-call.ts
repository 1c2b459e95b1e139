import { estimateInputTokens } from "./estimate-input-tokens.ts";

/** The API a provider speaks. */
export type Wire = "openai" | "anthropic" | "gemini";

/** A call of a model, as far as its limits are concerned. */
export interface ProviderCall {
  readonly wire: Wire;
  /** The model's name at the provider. */
  readonly upstreamModel: string;
  /** An estimate that is rather too high. */
  readonly inputTokens: number;
  /** Undefined: the request sets no maximum. */
  readonly maxOutputTokens: number | undefined;
  /** The request's body with what it takes for the provider to report usage. */
  readonly body: string;
  /** True when the caller did not ask for the report of usage in the stream, so that it must not see it. */
  readonly hideUsage: boolean;
}

type Json = Record<string, unknown>;

const GEMINI_PATH =
  /\/models\/([^/:]+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents)$/;

/** What a request to a provider asks for. Undefined: it calls no model, or is not JSON; then no limit of ours applies. */
export function readProviderCall(url: string, body: string): ProviderCall | undefined {
  const path = new URL(url).pathname;
  const wire = wireOf(path);
  if (wire === undefined) return undefined;
  const request = parseObject(body);
  const upstreamModel =
    wire === "gemini" ? decodeURIComponent(GEMINI_PATH.exec(path)![1]!) : request?.["model"];
  if (request === undefined || typeof upstreamModel !== "string") return undefined;
  const hideUsage =
    path.endsWith("/chat/completions") && request["stream"] === true && !includesUsage(request);
  return {
    wire,
    upstreamModel,
    inputTokens: estimateInputTokens(request),
    maxOutputTokens: maxOutputTokensOf(path, request),
    body: hideUsage ? withUsage(request) : body,
    hideUsage,
  };
}

function wireOf(path: string): Wire | undefined {
  if (/\/(completions|responses|embeddings)$/.test(path)) return "openai";
  if (path.endsWith("/v1/messages")) return "anthropic";
  return GEMINI_PATH.test(path) ? "gemini" : undefined;
}

function maxOutputTokensOf(path: string, request: Json): number | undefined {
  if (/embed/i.test(path)) return 0;
  const config = request["generationConfig"] as Json | undefined;
  const maximum =
    request["max_completion_tokens"] ??
    request["max_output_tokens"] ??
    request["max_tokens"] ??
    config?.["maxOutputTokens"];
  const answers = request["n"] ?? config?.["candidateCount"] ?? 1;
  return typeof maximum === "number" && typeof answers === "number" ? maximum * answers : undefined;
}

function includesUsage(request: Json): boolean {
  return (request["stream_options"] as Json | undefined)?.["include_usage"] === true;
}

function withUsage(request: Json): string {
  const options = request["stream_options"] as Json | undefined;
  return JSON.stringify({ ...request, stream_options: { ...options, include_usage: true } });
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
