/** Canonical gRPC status codes that Headway answers with, by name. */
export type StatusCode =
  | "INVALID_ARGUMENT"
  | "NOT_FOUND"
  | "FAILED_PRECONDITION"
  | "RESOURCE_EXHAUSTED"
  | "UNAVAILABLE"
  | "UNAUTHENTICATED"
  | "PERMISSION_DENIED"
  | "DEADLINE_EXCEEDED"
  | "CANCELLED"
  | "INTERNAL";

/** The catalogue of reasons for which Headway refuses a request, with the status of each. */
export const REFUSAL_STATUS = {
  INVALID_REQUEST: "INVALID_ARGUMENT",
  REQUEST_TOO_LARGE: "INVALID_ARGUMENT",
  MODEL_NOT_FOUND: "NOT_FOUND",
  PROVIDER_NOT_CONFIGURED: "FAILED_PRECONDITION",
  WAIT_TOO_LONG: "RESOURCE_EXHAUSTED",
  QUEUE_FULL: "RESOURCE_EXHAUSTED",
  BUDGET_EXCEEDED: "RESOURCE_EXHAUSTED",
  ALL_ATTEMPTS_FAILED: "UNAVAILABLE",
  SLOT_NOT_ACTIVE: "FAILED_PRECONDITION",
  SLOT_NOT_FOUND: "NOT_FOUND",
  TOKEN_INVALID: "UNAUTHENTICATED",
  MODEL_NOT_ALLOWED: "PERMISSION_DENIED",
  PRICE_UNKNOWN: "FAILED_PRECONDITION",
  CANDIDATES_UNAVAILABLE: "UNAVAILABLE",
  SHUTTING_DOWN: "UNAVAILABLE",
  STORE_UNAVAILABLE: "UNAVAILABLE",
  CONFIG_INVALID: "FAILED_PRECONDITION",
  DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
  CANCELLED: "CANCELLED",
  INTERNAL: "INTERNAL",
} as const satisfies Record<string, StatusCode>;

export type RefusalReason = keyof typeof REFUSAL_STATUS;

/** One limit or budget that stands in the way: becomes a violation in `google.rpc.QuotaFailure`. */
export interface QuotaViolation {
  /** What is limited, as `pool openai/gpt-4o-mini` or `budget daily`. */
  readonly subject: string;
  readonly description: string;
}

/** One wrong field: becomes a violation in `google.rpc.BadRequest`. */
export interface FieldViolation {
  /** Path in the request, as `messages[2].parts[0].image.media_type`. */
  readonly field: string;
  readonly description: string;
}

/** An expected "no": a value, not an exception. Says what is wrong and the way out. */
export interface Refusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  /** Undefined: the one that {@link REFUSAL_STATUS} has for the reason. */
  readonly status?: StatusCode;
  readonly message: string;
  /** For `ErrorInfo.metadata`. No secret, no prompt. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** When the same request could be accepted, in milliseconds from now. */
  readonly retryAfterMs?: number;
  readonly quotaViolations?: readonly QuotaViolation[];
  readonly fieldViolations?: readonly FieldViolation[];
}

/** A refusal on its way through code that cannot return one: thrown by handlers, caught once in `rpc/`. */
export class RefusalError extends Error {
  override readonly name = "RefusalError";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Builds a {@link Refusal}. */
export function refuse(
  reason: RefusalReason,
  message: string,
  details: Omit<Refusal, "kind" | "reason" | "message"> = {},
): Refusal {
  return { kind: "refused", reason, message, ...details };
}
