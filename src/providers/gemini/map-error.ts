import { GoogleGenerativeAIError } from "@google/generative-ai";
import type { AttemptError, AttemptErrorReason } from "../../core/attempt-error.ts";
import { SECOND_MS } from "../../core/durations.ts";
import { saysContextTooLong } from "../context-error.ts";
import type { ErrorContext } from "../error-context.ts";
import { parseJson } from "../request-parts.ts";
import { reasonOfStatus } from "../status-reason.ts";
import { fromTransportError, malformedAnswer } from "../transport-error.ts";
import { toAttemptError, UpstreamStatusError } from "../upstream-error.ts";

/** Google's error body as far as we read it. */
interface ErrorBody {
  readonly error?: {
    readonly message?: unknown;
    readonly status?: unknown;
    readonly details?: readonly { readonly reason?: unknown; readonly retryDelay?: unknown }[];
  };
}

const REASON_BY_STATUS_WORD: Readonly<Record<string, AttemptErrorReason>> = {
  RESOURCE_EXHAUSTED: "RATE_LIMITED",
  UNAUTHENTICATED: "AUTHENTICATION",
  PERMISSION_DENIED: "AUTHENTICATION",
  NOT_FOUND: "MODEL_NOT_FOUND",
  UNAVAILABLE: "OVERLOADED",
};
const SAYS_BAD_KEY = /^API_KEY_|^ACCESS_TOKEN_/;
const SAYS_NO_CREDIT = /credits? (are|is) depleted|billing (account|details).*(disabled|closed)/i;

/** Why a call to Gemini failed. */
export function mapError(error: unknown, context: ErrorContext): AttemptError {
  // What is left of the SDK's own errors is that it could not read an event; its message quotes the answer.
  if (error instanceof GoogleGenerativeAIError) return malformedAnswer("it holds an event that is not JSON");
  if (!(error instanceof UpstreamStatusError)) return fromTransportError(error, context);

  const { error: told } = errorBody(error.body);
  const message = typeof told?.message === "string" ? told.message : "";
  return toAttemptError(
    {
      reason: reasonOf(error.statusCode, told, message),
      message,
      statusCode: error.statusCode,
      headers: error.headers,
      retryAfterMs: retryDelayMs(told),
    },
    context,
  );
}

/** Behind a proxy, and for streamed calls in older versions, the error comes in a list. */
function errorBody(text: string): ErrorBody {
  const value = parseJson(text);
  return ((Array.isArray(value) ? value[0] : value) ?? {}) as ErrorBody;
}

function reasonOf(statusCode: number, told: ErrorBody["error"], message: string): AttemptErrorReason {
  if (told?.details?.some(({ reason }) => SAYS_BAD_KEY.test(String(reason)))) return "AUTHENTICATION";
  if (statusCode === 400 && /API key (not valid|expired)/i.test(message)) return "AUTHENTICATION";
  if (statusCode === 400 && saysContextTooLong(message)) return "CONTEXT_TOO_LONG";
  if (SAYS_NO_CREDIT.test(message)) return "QUOTA_EXCEEDED";
  return REASON_BY_STATUS_WORD[String(told?.status)] ?? reasonOfStatus(statusCode);
}

/** The wait in the `RetryInfo` among the details, as `13s` or `0.5s`. */
function retryDelayMs(told: ErrorBody["error"]): number | undefined {
  for (const { retryDelay } of told?.details ?? []) {
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(String(retryDelay))?.[1];
    if (seconds !== undefined) return Math.ceil(Number(seconds) * SECOND_MS);
  }
  return undefined;
}
