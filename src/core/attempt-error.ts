/** What went wrong with one call of one deployment; also the label of metrics and spans. */
export type AttemptErrorReason =
  /** The connection could not be made or broke. */
  | "CONNECTION"
  /** A time limit of ours passed: total, first token, or idle between chunks. */
  | "TIMEOUT"
  /** The provider said: too many requests or tokens now. */
  | "RATE_LIMITED"
  /** The credentials are wrong or lack a right. */
  | "AUTHENTICATION"
  /** The account's paid quota or credit is used up; waiting does not help. */
  | "QUOTA_EXCEEDED"
  /** The provider does not know the model. */
  | "MODEL_NOT_FOUND"
  /** The provider refused the request's form. */
  | "VALIDATION"
  /** More tokens than the model's context holds. */
  | "CONTEXT_TOO_LONG"
  /** The provider refused prompt or answer for its content. */
  | "CONTENT_FILTERED"
  /** The provider is short of capacity (503, 529). */
  | "OVERLOADED"
  /** Another fault of the provider (5xx), or an answer that makes no sense. */
  | "SERVER_ERROR"
  /** The caller went away or its deadline passed. */
  | "CANCELLED"
  | "UNKNOWN";

/**
 * A failed call. Made where the failure is seen, inside the provider's folder, so that nobody further up has
 * to guess. The message holds no prompt and no secret.
 */
export class AttemptError extends Error {
  override readonly name = "AttemptError";
  readonly reason: AttemptErrorReason;
  /** The provider's HTTP status, when there was an answer. */
  readonly statusCode: number | undefined;
  /** How long the provider asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The answer's headers with lower-case names; empty without an answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    reason: AttemptErrorReason,
    message: string,
    options: {
      statusCode?: number | undefined;
      retryAfterMs?: number | undefined;
      headers?: Readonly<Record<string, string>> | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.statusCode = options.statusCode;
    this.retryAfterMs = options.retryAfterMs;
    this.headers = options.headers ?? {};
  }
}
