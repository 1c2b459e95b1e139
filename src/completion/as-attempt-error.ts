import { AttemptError } from "../core/attempt-error.ts";

/** Providers throw nothing else; what comes nevertheless is a defect of ours and not the provider's. */
export function asAttemptError(thrown: unknown): AttemptError {
  if (thrown instanceof AttemptError) return thrown;
  return new AttemptError("UNKNOWN", "the call ended with an error that is not understood", {
    cause: thrown,
  });
}
