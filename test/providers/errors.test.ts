import { describe, expect, it } from "vitest";
import { answerOnce } from "../support/providers/answer-once.ts";
import { makeCall, makeRequest } from "../support/providers/make-call.ts";
import { attemptErrorOf, collect } from "../support/providers/outcome.ts";

const openai = (message: string, code: string | null = null, type = "invalid_request_error") => ({
  error: { message, type, param: null, code },
});
const anthropic = (type: string, message: string) => ({ type: "error", error: { type, message } });
const gemini = (status: string, message: string, details: object[] = []) => ({
  error: { status, message, details },
});
const call = makeCall(makeRequest("hello"));

describe.each([
  [
    "openai",
    400,
    openai("This model's maximum context length is 8192 tokens", "context_length_exceeded"),
    "CONTEXT_TOO_LONG",
  ],
  [
    "openai",
    400,
    openai("the request exceeds the available context size", null, "exceed_context_size_error"),
    "CONTEXT_TOO_LONG",
  ],
  ["openai", 400, openai("This model's maximum context length is 4096 tokens, however"), "CONTEXT_TOO_LONG"],
  ["openai", 400, openai("The response was filtered", "content_filter"), "CONTENT_FILTERED"],
  ["openai", 400, openai("Unknown parameter: 'x'", "unknown_parameter"), "VALIDATION"],
  ["openai", 422, { detail: [{ msg: "field required" }] }, "VALIDATION"],
  ["openai", 401, openai("Incorrect API key provided", "invalid_api_key"), "AUTHENTICATION"],
  ["openai", 403, openai("Country not supported", "unsupported_country"), "AUTHENTICATION"],
  ["openai", 402, openai("Insufficient credits"), "QUOTA_EXCEEDED"],
  ["openai", 404, openai("The model does not exist", "model_not_found"), "MODEL_NOT_FOUND"],
  [
    "openai",
    404,
    { error: { code: "DeploymentNotFound", message: "No such deployment" } },
    "MODEL_NOT_FOUND",
  ],
  ["openai", 429, openai("Rate limit reached", "rate_limit_exceeded", "requests"), "RATE_LIMITED"],
  [
    "openai",
    429,
    openai("You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
    "QUOTA_EXCEEDED",
  ],
  ["openai", 500, openai("It broke", "server_error", "server_error"), "SERVER_ERROR"],
  // The type says no more than that it is the server's side; the status says what is wrong with it.
  ["openai", 503, openai("The engine is overloaded", null, "server_error"), "OVERLOADED"],
  ["openai", 429, openai("Too many requests", null, "server_error"), "RATE_LIMITED"],
  ["openai", 503, "upstream connect error", "OVERLOADED"],
  ["openai", 502, "<html>Bad Gateway</html>", "SERVER_ERROR"],
  ["openai", 200, { error: { message: "Provider returned error", code: 429 } }, "RATE_LIMITED"],
  ["openai", 200, { choices: [] }, "SERVER_ERROR"],
  ["openai", 200, "null", "SERVER_ERROR"],
  [
    "anthropic",
    400,
    anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    "CONTEXT_TOO_LONG",
  ],
  ["anthropic", 400, anthropic("invalid_request_error", "Your credit balance is too low"), "QUOTA_EXCEEDED"],
  [
    "anthropic",
    400,
    anthropic("invalid_request_error", "Output blocked by content filtering policy"),
    "CONTENT_FILTERED",
  ],
  ["anthropic", 400, anthropic("invalid_request_error", "max_tokens: Field required"), "VALIDATION"],
  ["anthropic", 401, anthropic("authentication_error", "invalid x-api-key"), "AUTHENTICATION"],
  ["anthropic", 404, anthropic("not_found_error", "model: claude-0"), "MODEL_NOT_FOUND"],
  ["anthropic", 413, anthropic("request_too_large", "Request exceeds the maximum size"), "VALIDATION"],
  ["anthropic", 429, anthropic("rate_limit_error", "Number of request tokens has exceeded"), "RATE_LIMITED"],
  ["anthropic", 529, anthropic("overloaded_error", "Overloaded"), "OVERLOADED"],
  ["anthropic", 500, anthropic("api_error", "Internal server error"), "SERVER_ERROR"],
  ["anthropic", 200, { content: "text" }, "SERVER_ERROR"],
  [
    "gemini",
    400,
    gemini("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "AUTHENTICATION",
  ],
  ["gemini", 400, gemini("INVALID_ARGUMENT", "x", [{ reason: "API_KEY_INVALID" }]), "AUTHENTICATION"],
  [
    "gemini",
    400,
    gemini("INVALID_ARGUMENT", "The input token count (2) exceeds the maximum number of tokens allowed (1)."),
    "CONTEXT_TOO_LONG",
  ],
  ["gemini", 400, gemini("INVALID_ARGUMENT", 'Unknown name "x"'), "VALIDATION"],
  ["gemini", 403, gemini("PERMISSION_DENIED", "No access"), "AUTHENTICATION"],
  ["gemini", 404, gemini("NOT_FOUND", "models/x is not found"), "MODEL_NOT_FOUND"],
  ["gemini", 429, gemini("RESOURCE_EXHAUSTED", "Quota exceeded for metric"), "RATE_LIMITED"],
  ["gemini", 503, [gemini("UNAVAILABLE", "The model is overloaded")], "OVERLOADED"],
  ["gemini", 500, gemini("INTERNAL", "An internal error"), "SERVER_ERROR"],
  ["gemini", 200, { promptFeedback: { blockReason: "SAFETY" } }, "CONTENT_FILTERED"],
  ["gemini", 200, {}, "SERVER_ERROR"],
  ["gemini", 200, "null", "SERVER_ERROR"],
  ["ollama", 400, { error: "the prompt exceeds the context length" }, "CONTEXT_TOO_LONG"],
  ["ollama", 400, { error: "model does not support tools" }, "VALIDATION"],
  ["ollama", 404, { error: 'model "x" not found, try pulling it first' }, "MODEL_NOT_FOUND"],
  ["ollama", 500, { error: "llama runner process has terminated" }, "SERVER_ERROR"],
  ["ollama", 503, { error: "server busy, please try again" }, "OVERLOADED"],
  ["ollama", 200, {}, "SERVER_ERROR"],
] as const)("%s, HTTP %d %j", (name, status, body, reason) => {
  it(`is ${reason} when unary`, async () => {
    const { result } = await answerOnce(name, { status, body }, (provider) =>
      attemptErrorOf(provider.complete(call)),
    );
    expect(result.reason).toBe(reason);
    expect(result.message).toMatch(/./);
  });

  if (status !== 200) {
    it(`is ${reason} when streamed`, async () => {
      const { result } = await answerOnce(name, { status, body }, (provider) =>
        attemptErrorOf(collect(provider.stream(call))),
      );
      expect(result).toMatchObject({ reason, statusCode: status });
    });
  }
});

describe("an error inside a stream that began well", () => {
  it.each([
    ["openai", `data: ${JSON.stringify(openai("Too busy", "rate_limit_exceeded"))}\n\n`, "RATE_LIMITED"],
    ["openai", `data: ${JSON.stringify(openai("It broke", null, "server_error"))}\n\n`, "SERVER_ERROR"],
    [
      "anthropic",
      `event: error\ndata: ${JSON.stringify(anthropic("overloaded_error", "Overloaded"))}\n\n`,
      "OVERLOADED",
    ],
    [
      "gemini",
      `data: ${JSON.stringify({ error: { code: 503, status: "UNAVAILABLE", message: "Busy" } })}\n\n`,
      "OVERLOADED",
    ],
    ["ollama", `${JSON.stringify({ error: "an error was encountered" })}\n`, "SERVER_ERROR"],
  ] as const)("of %s is told: %s", async (name, body, reason) => {
    const headers = { "content-type": "text/event-stream" };
    const { result } = await answerOnce(name, { headers, body }, (provider) =>
      attemptErrorOf(collect(provider.stream(call))),
    );
    expect(result.reason).toBe(reason);
  });
});

describe("the wait that a provider asks for", () => {
  const retryInfo = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "13.5s" };

  it.each([
    ["openai", { "retry-after-ms": "1200", "retry-after": "2" }, openai("Slow down"), 1_200],
    ["anthropic", { "retry-after": "2" }, anthropic("rate_limit_error", "Slow down"), 2_000],
    ["gemini", {}, gemini("RESOURCE_EXHAUSTED", "Slow down", [retryInfo]), 13_500],
    ["gemini", { "retry-after": "4" }, gemini("RESOURCE_EXHAUSTED", "Slow down"), 4_000],
    ["ollama", { "retry-after": "1" }, { error: "Slow down" }, 1_000],
  ] as const)("%s, by %j", async (name, headers, body, retryAfterMs) => {
    const { result } = await answerOnce(name, { status: 429, headers, body }, (provider) =>
      attemptErrorOf(provider.complete(call)),
    );
    expect(result).toMatchObject({ reason: "RATE_LIMITED", retryAfterMs, headers });
  });
});
