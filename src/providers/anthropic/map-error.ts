import { APIConnectionTimeoutError, APIError } from "@anthropic-ai/sdk";
import { AttemptError, type AttemptErrorReason } from "../../core/attempt-error.ts";
import { saysContextTooLong } from "../context-error.ts";
import type { ErrorContext } from "../error-context.ts";
import { reasonOfStatus } from "../status-reason.ts";
import { fromTransportError } from "../transport-error.ts";
import { toAttemptError } from "../upstream-error.ts";
import { UpstreamHeaders } from "../upstream-headers.ts";

/** Anthropic's error types. `invalid_request_error` is looked into: it stands for several things. */
const REASON_BY_TYPE: Readonly<Record<string, AttemptErrorReason>> = {
  authentication_error: "AUTHENTICATION",
  permission_error: "AUTHENTICATION",
  billing_error: "QUOTA_EXCEEDED",
  not_found_error: "MODEL_NOT_FOUND",
  rate_limit_error: "RATE_LIMITED",
  overloaded_error: "OVERLOADED",
  timeout_error: "SERVER_ERROR",
  api_error: "SERVER_ERROR",
};
const SAYS_NO_CREDIT = /credit balance|usage limits?/i;
const SAYS_FILTERED = /content filtering policy|output blocked/i;

/** Why a call to Anthropic failed. */
export function mapError(error: unknown, context: ErrorContext): AttemptError {
  if (error instanceof APIConnectionTimeoutError) {
    // The SDK drops the cause. Our own limits have been looked at before: what is left is the making of a connection.
    return new AttemptError("CONNECTION", "the connection to the provider timed out");
  }
  if (!(error instanceof APIError) || (error.status === undefined && error.error === undefined)) {
    return fromTransportError(error, context);
  }
  const told = (error.error as { error?: { type?: unknown; message?: unknown } } | undefined)?.error;
  const message = typeof told?.message === "string" ? told.message : "";
  const headers: unknown = error.headers;
  return toAttemptError(
    {
      reason: reasonOf(error.status, String(told?.type ?? ""), message),
      message,
      statusCode: error.status,
      headers: headers instanceof UpstreamHeaders ? headers.record : {},
    },
    context,
  );
}

function reasonOf(status: number | undefined, type: string, message: string): AttemptErrorReason {
  if (status === undefined || status === 400 || status === 413) {
    if (saysContextTooLong(message)) return "CONTEXT_TOO_LONG";
    if (SAYS_NO_CREDIT.test(message)) return "QUOTA_EXCEEDED";
    if (SAYS_FILTERED.test(message)) return "CONTENT_FILTERED";
  }
  // The status is surer than the type; an error inside a stream has only the type.
  if (status !== undefined) return reasonOfStatus(status);
  return REASON_BY_TYPE[type] ?? (type === "invalid_request_error" ? "VALIDATION" : "SERVER_ERROR");
}
