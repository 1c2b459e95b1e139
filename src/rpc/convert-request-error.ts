import { create } from "@bufbuild/protobuf";
import { ErrorReason, type RequestError, RequestErrorSchema } from "../../gen/es/headway/v1/error_pb.js";
import { REFUSAL_STATUS, type Refusal } from "../core/refusal.ts";
import { durationFromMs } from "./convert-time.ts";
import { CODE_NUMBERS } from "./status.ts";

/** A refusal as a message, where it concerns one request of several and not the RPC. */
export function refusalToProto(refusal: Refusal): RequestError {
  const { reason, message, metadata, retryAfterMs, fieldViolations = [], quotaViolations = [] } = refusal;
  return create(RequestErrorSchema, {
    code: CODE_NUMBERS[refusal.status ?? REFUSAL_STATUS[reason]],
    reason: reason in ErrorReason ? ErrorReason[reason as keyof typeof ErrorReason] : ErrorReason.UNSPECIFIED,
    message,
    metadata: { ...metadata },
    ...(retryAfterMs !== undefined && { retryAfter: durationFromMs(retryAfterMs) }),
    violations: [
      ...fieldViolations.map(({ field, description }) => ({ subject: field, description })),
      ...quotaViolations,
    ],
  });
}
