import { status } from "@grpc/grpc-js";
import type { HeadwayError } from "../headway-error.ts";

const HTTP_STATUS = new Map<status, number>([
  [status.INVALID_ARGUMENT, 400],
  [status.UNAUTHENTICATED, 401],
  [status.PERMISSION_DENIED, 403],
  [status.NOT_FOUND, 404],
  [status.FAILED_PRECONDITION, 400],
  [status.RESOURCE_EXHAUSTED, 429],
]);

/**
 * A refusal of Headway as the provider would have put it, so that its SDK throws its own error. The SDK is told not to
 * try again: Headway has weighed that already.
 */
export function refusalResponse(error: HeadwayError): Response {
  const { reason, message, retryAfterMs } = error;
  const code = reason ?? "UNAVAILABLE";
  return Response.json(
    { type: "error", error: { type: "headway_error", code, message: `Headway: ${message}` } },
    {
      status: HTTP_STATUS.get(error.code) ?? 503,
      headers: {
        "x-should-retry": "false",
        "x-headway-reason": code,
        ...(retryAfterMs !== undefined && {
          "retry-after-ms": String(Math.ceil(retryAfterMs)),
          "retry-after": String(Math.ceil(retryAfterMs / 1_000)),
        }),
      },
    },
  );
}
