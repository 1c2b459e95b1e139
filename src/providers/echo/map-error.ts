import type { AttemptError } from "../../core/attempt-error.ts";
import type { ErrorContext } from "../error-context.ts";
import { fromTransportError } from "../transport-error.ts";

/** Why an echo failed: it has no upstream that could, so only what nobody foresaw is left. */
export function mapError(error: unknown, context: ErrorContext): AttemptError {
  return fromTransportError(error, context);
}
