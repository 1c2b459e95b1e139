import { APIConnectionTimeoutError, APIError } from "openai";
import { AttemptError, type AttemptErrorReason } from "../../core/attempt-error.ts";
import { saysContextTooLong } from "../context-error.ts";
import type { ErrorContext } from "../error-context.ts";
import { reasonOfStatus } from "../status-reason.ts";
import { fromTransportError } from "../transport-error.ts";
import { toAttemptError } from "../upstream-error.ts";
import { UpstreamHeaders } from "../upstream-headers.ts";

/** The codes and types of OpenAI's errors, and of servers that speak its API, that say more than the status. */
const REASON_BY_CODE: Readonly<Record<string, AttemptErrorReason>> = {
  insufficient_quota: "QUOTA_EXCEEDED",
  billing_hard_limit_reached: "QUOTA_EXCEEDED",
  billing_not_active: "QUOTA_EXCEEDED",
  context_length_exceeded: "CONTEXT_TOO_LONG",
  exceed_context_size_error: "CONTEXT_TOO_LONG",
  content_filter: "CONTENT_FILTERED",
  content_policy_violation: "CONTENT_FILTERED",
  model_not_found: "MODEL_NOT_FOUND",
  DeploymentNotFound: "MODEL_NOT_FOUND",
  invalid_api_key: "AUTHENTICATION",
  rate_limit_exceeded: "RATE_LIMITED",
  rate_limit_error: "RATE_LIMITED",
  overloaded_error: "OVERLOADED",
};

/** Why a call to OpenAI, or to a server that speaks its API, failed. */
export function mapError(error: unknown, context: ErrorContext): AttemptError {
  if (error instanceof APIConnectionTimeoutError) {
    // The SDK drops the cause. Our own limits have been looked at before: what is left is the making of a connection.
    return new AttemptError("CONNECTION", "the connection to the provider timed out");
  }
  if (!(error instanceof APIError) || (error.status === undefined && error.error === undefined)) {
    return fromTransportError(error, context);
  }
  const message = providerMessage(error);
  return toAttemptError(
    {
      reason: reasonOf(error, message),
      message,
      statusCode: error.status,
      headers: (error.headers as unknown) instanceof UpstreamHeaders ? recordOf(error.headers) : {},
    },
    context,
  );
}

function reasonOf({ code, type, status }: APIError, message: string): AttemptErrorReason {
  const told = REASON_BY_CODE[code ?? ""] ?? REASON_BY_CODE[type ?? ""];
  if (told !== undefined) return told;
  if ((status === 400 || status === 413 || status === 422) && saysContextTooLong(message))
    return "CONTEXT_TOO_LONG";
  // Without a status the error came inside an answer: gateways put the status into the code.
  return reasonOfStatus(status ?? Number(code ?? 500));
}

/** The message without the status that the SDK puts before it. */
function providerMessage({ error, status, message }: APIError): string {
  const told = (error as { message?: unknown } | undefined)?.message ?? error;
  if (typeof told === "string") return told;
  return status !== undefined && message.startsWith(`${status} `)
    ? message.slice(`${status} `.length)
    : message;
}

function recordOf(headers: unknown): Readonly<Record<string, string>> {
  return (headers as UpstreamHeaders).record;
}
