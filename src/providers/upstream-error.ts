import { AttemptError, type AttemptErrorReason } from "../core/attempt-error.ts";
import { parseRetryAfter } from "../core/retry-after.ts";
import type { ErrorContext } from "./error-context.ts";
import { scrubMessage } from "./scrub-message.ts";
import type { UpstreamResponse } from "./upstream-response.ts";

/** A failure as the provider told it. */
export interface UpstreamFailure {
  readonly reason: AttemptErrorReason;
  /** The provider's own words; scrubbed before anyone sees them. */
  readonly message: string;
  readonly statusCode?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The wait that the body asks for, in milliseconds, where it does; else the headers are asked. */
  readonly retryAfterMs?: number | undefined;
}

/** An answer whose status is not a success, with its body read: thrown where no SDK stands between. */
export class UpstreamStatusError extends Error {
  override readonly name = "UpstreamStatusError";
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As received. */
  readonly body: string;

  constructor(statusCode: number, headers: Readonly<Record<string, string>>, body: string) {
    super(`HTTP ${statusCode}`);
    this.statusCode = statusCode;
    this.headers = headers;
    this.body = body;
  }
}

/**
 * The answer, if its status is a success; else reads its body.
 * @throws {UpstreamStatusError}
 */
export async function ensureSuccess(response: UpstreamResponse): Promise<UpstreamResponse> {
  if (response.ok) return response;
  throw new UpstreamStatusError(response.status, response.headers.record, await response.text());
}

/**
 * The error for a failure that the provider told. The original error is not kept as its cause: those of the SDKs hold
 * the provider's body, which can quote the prompt.
 */
export function toAttemptError(failure: UpstreamFailure, context: ErrorContext): AttemptError {
  const headers = failure.headers ?? {};
  const message = scrubMessage(failure.message, context.secrets, context.request);
  return new AttemptError(failure.reason, message === "" ? fallbackMessage(failure) : message, {
    statusCode: failure.statusCode,
    retryAfterMs: failure.retryAfterMs ?? parseRetryAfter(headers, context.wallMs),
    headers,
  });
}

function fallbackMessage({ statusCode }: UpstreamFailure): string {
  return statusCode === undefined ? "the provider gave no message" : `HTTP ${statusCode}`;
}
