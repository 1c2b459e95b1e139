import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { REFUSAL_STATUS, type Refusal, RefusalError, refuse, type StatusCode } from "../core/refusal.ts";
import { durationFromMs } from "./convert-time.ts";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  QuotaFailureSchema,
  RetryInfoSchema,
  StatusSchema,
} from "./google-rpc.ts";

/** Numbers of the canonical codes. */
export const CODE_NUMBERS = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const satisfies Record<StatusCode, number>;

/** One of the standard detail messages. */
export interface StatusDetail {
  readonly desc: DescMessage;
  readonly value: MessageInitShape<DescMessage>;
}

/** How an RPC that was not answered ends, in the words of neither door. */
export interface RpcStatus {
  readonly code: StatusCode;
  readonly message: string;
  readonly details: readonly StatusDetail[];
  /** Undefined: a status without a reason of ours. */
  readonly reason: string | undefined;
}

/** An RPC ends with this status: thrown to the doors, which know how to send it. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly status: RpcStatus;

  constructor(status: RpcStatus) {
    super(status.message);
    this.status = status;
  }
}

/** The status of a refusal, with the standard details that belong to it. */
export function statusOfRefusal(refusal: Refusal): RpcStatus {
  const { reason, message, metadata = {}, retryAfterMs, quotaViolations, fieldViolations } = refusal;
  const details: StatusDetail[] = [
    { desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason, domain: "headway", metadata }) },
  ];
  if (fieldViolations !== undefined) {
    const value = create(BadRequestSchema, { fieldViolations: fieldViolations.map((one) => ({ ...one })) });
    details.push({ desc: BadRequestSchema, value });
  }
  if (quotaViolations !== undefined) {
    const value = create(QuotaFailureSchema, { violations: quotaViolations.map((one) => ({ ...one })) });
    details.push({ desc: QuotaFailureSchema, value });
  }
  if (retryAfterMs !== undefined) {
    const value = create(RetryInfoSchema, { retryDelay: durationFromMs(Math.max(0, retryAfterMs)) });
    details.push({ desc: RetryInfoSchema, value });
  }
  return { code: refusal.status ?? REFUSAL_STATUS[reason], message, details, reason };
}

/** The status of an RPC whose caller went away: nobody reads it, but logs and spans do. */
export const CANCELLED_STATUS: RpcStatus = {
  code: "CANCELLED",
  message: "the caller went away",
  details: [],
  reason: undefined,
};

/** The status of an RPC whose deadline passed, where nothing more is known. */
export const DEADLINE_STATUS: RpcStatus = statusOfRefusal(
  refuse("DEADLINE_EXCEEDED", "the caller's deadline has passed"),
);

/**
 * The status for whatever a handler threw. Undefined for what is not ours: a defect, of which the caller learns
 * nothing but {@link statusOfDefect}.
 */
export function statusOfError(error: unknown): RpcStatus | undefined {
  if (error instanceof RpcError) return error.status;
  if (error instanceof RefusalError) return statusOfRefusal(error.refusal);
  return undefined;
}

/** INTERNAL with the id by which the log and the trace know the request, and nothing else. */
export function statusOfDefect(id: string): RpcStatus {
  return statusOfRefusal(refuse("INTERNAL", `internal error; the log knows more under ${id}`));
}

/** A status as `google.rpc.Status`, for the metadata key `grpc-status-details-bin`. */
export function encodeStatus(status: RpcStatus): Uint8Array {
  const details = status.details.map(({ desc, value }) => anyPack(desc, create(desc, value)));
  return toBinary(
    StatusSchema,
    create(StatusSchema, { code: CODE_NUMBERS[status.code], message: status.message, details }),
  );
}
