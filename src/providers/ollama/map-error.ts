import type { AttemptError, AttemptErrorReason } from "../../core/attempt-error.ts";
import { saysContextTooLong } from "../context-error.ts";
import type { ErrorContext } from "../error-context.ts";
import { parseJson } from "../request-parts.ts";
import { reasonOfStatus } from "../status-reason.ts";
import { fromTransportError } from "../transport-error.ts";
import { toAttemptError, UpstreamStatusError } from "../upstream-error.ts";

const SAYS_BUSY = /server busy|maximum pending requests/i;

/** Why a call to Ollama failed. It has no codes: beside the status there are only words. */
export function mapError(error: unknown, context: ErrorContext): AttemptError {
  if (!(error instanceof UpstreamStatusError)) return fromTransportError(error, context);
  const message = errorMessage(error.body);
  return toAttemptError(
    {
      reason: reasonOf(error.statusCode, message),
      message,
      statusCode: error.statusCode,
      headers: error.headers,
    },
    context,
  );
}

function reasonOf(statusCode: number, message: string): AttemptErrorReason {
  if (statusCode === 400 && saysContextTooLong(message)) return "CONTEXT_TOO_LONG";
  if (statusCode >= 500 && SAYS_BUSY.test(message)) return "OVERLOADED";
  return reasonOfStatus(statusCode);
}

/** Ollama's error is a text; a gateway before it may have an object with a message. */
function errorMessage(body: string): string {
  const { error } = (parseJson(body) ?? {}) as { error?: string | { message?: unknown } };
  if (typeof error === "string") return error;
  return typeof error?.message === "string" ? error.message : "";
}
