import { type ServiceError, status } from "@grpc/grpc-js";
import { type ErrorDetails, readErrorDetails, type Violation } from "./error-details.ts";
import type { ErrorReason } from "./gen/error_pb.js";

/** The short name of a reason, as on the wire: `WAIT_TOO_LONG`, `BUDGET_EXCEEDED`, … */
export type Reason = Exclude<keyof typeof ErrorReason, "UNSPECIFIED">;

/** Headway refused or failed a call, or could not be reached. */
export class HeadwayError extends Error {
  override readonly name = "HeadwayError";
  /** The gRPC status code: a member of `status` of `@grpc/grpc-js`. */
  readonly code: status;
  /** Why. Undefined when the error does not come from Headway itself, as for a lost connection. */
  readonly reason: Reason | undefined;
  /** Details by name, as `ErrorReason` describes them. Empty: none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** How long to wait before trying again. Undefined: not known, or trying again does not help. */
  readonly retryAfterMs: number | undefined;
  /** The wrong fields, or the limits and budgets in the way. Empty: none were named. */
  readonly violations: readonly Violation[];

  constructor(code: status, message: string, details: ErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.reason = details.reason as Reason | undefined;
    this.metadata = details.metadata;
    this.retryAfterMs = details.retryAfterMs;
    this.violations = details.violations;
  }

  /** Makes one of what grpc-js throws. */
  static from(error: ServiceError): HeadwayError {
    const [bytes] = error.metadata?.get("grpc-status-details-bin") ?? [];
    const details = bytes instanceof Uint8Array ? readErrorDetails(bytes) : { metadata: {}, violations: [] };
    return new HeadwayError(error.code, error.details, details, { cause: error });
  }

  /** Whether Headway could not be reached or cannot serve now, as opposed to a considered refusal. */
  get isUnavailable(): boolean {
    return this.reason === undefined ? UNREACHABLE.has(this.code) : UNABLE.has(this.reason);
  }
}

const UNREACHABLE = new Set<status>([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.UNKNOWN,
  status.INTERNAL,
]);

/** Reasons that say nothing of the request. */
const UNABLE = new Set<Reason>(["SHUTTING_DOWN", "STORE_UNAVAILABLE", "INTERNAL"]);
