import { AttemptError } from "../core/attempt-error.ts";
import type { ErrorContext } from "./error-context.ts";
import { scrubMessage } from "./scrub-message.ts";

/** Codes of an answer that arrived but is not HTTP, or beyond all bounds. */
const MALFORMED_CODE = /^HPE_|^UND_ERR_RES_EXCEEDED_MAX_SIZE$|^UND_ERR_RESPONSE$/;
const MAX_CAUSES = 5;

/** What an error keeps of the answer that it is about. */
interface AnswerHead {
  readonly status: number;
  readonly headers: { readonly record: Readonly<Record<string, string>> };
}

/**
 * The error for whatever a call threw that no provider told: a broken connection, an answer that makes no sense, or
 * (`UNKNOWN`) something that nobody foresaw.
 */
export function fromTransportError(error: unknown, context: ErrorContext): AttemptError {
  if (error instanceof AttemptError) return error;
  if (error instanceof SyntaxError) return malformedAnswer("it is not JSON");
  const code = codeOf(error);
  if (code !== undefined) {
    return MALFORMED_CODE.test(code)
      ? malformedAnswer(code)
      : new AttemptError("CONNECTION", `the connection to the provider failed (${code})`);
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : "the call failed";
  return new AttemptError("UNKNOWN", scrubMessage(message, context.secrets, context.request));
}

/** The error for an answer that arrived and makes no sense. `detail` says what is wrong, without quoting it. */
export function malformedAnswer(detail: string, response?: AnswerHead): AttemptError {
  return new AttemptError(
    "SERVER_ERROR",
    `the provider's answer makes no sense: ${detail}`,
    headOf(response),
  );
}

/**
 * The error for a streamed answer that ended before its end. With not one event in it there was no stream that could
 * have been cut: the answer was something else.
 */
export function cutStream(eventCount: number, response: AnswerHead): AttemptError {
  if (eventCount === 0) return malformedAnswer("it holds no event", response);
  return new AttemptError("CONNECTION", "the provider's answer was cut before its end", headOf(response));
}

function headOf(response: AnswerHead | undefined): {
  statusCode?: number;
  headers?: Readonly<Record<string, string>>;
} {
  return response === undefined ? {} : { statusCode: response.status, headers: response.headers.record };
}

/** The code of a system or undici error, also of one that an SDK has wrapped. */
function codeOf(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth++) {
    const { code, errors } = current as Error & { code?: unknown; errors?: unknown };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
    // Several addresses were tried: each failure is in the list.
    current = Array.isArray(errors) ? errors[0] : current.cause;
  }
  return undefined;
}
