import type { AttemptError } from "../core/attempt-error.ts";
import type { Clock } from "../core/clock.ts";
import { CallGuard } from "./call-guard.ts";
import type { ErrorContext } from "./error-context.ts";
import type { ProviderAnswer, ProviderCall, ProviderEvent } from "./provider.ts";

/** How a provider turns what was thrown into an {@link AttemptError}. */
export type MapError = (error: unknown, context: ErrorContext) => AttemptError;

/** What the frame around a call needs of its provider. */
export interface CallFrame {
  readonly clock: Clock;
  readonly secrets: readonly string[];
  readonly mapError: MapError;
}

/**
 * Makes a unary call under its time limit and its caller's signal.
 * @throws {AttemptError}
 */
export async function runUnary(
  frame: CallFrame,
  call: ProviderCall,
  work: (guard: CallGuard) => Promise<ProviderAnswer>,
): Promise<ProviderAnswer> {
  const guard = new CallGuard(call, { clock: frame.clock, isStream: false });
  try {
    if (guard.failure !== undefined) throw guard.failure;
    return await work(guard);
  } catch (error) {
    throw guard.failure ?? frame.mapError(error, errorContext(frame, call));
  } finally {
    guard.end();
  }
}

/**
 * Makes a streamed call under its time limits and its caller's signal. A consumer that returns early, and any failure,
 * closes the upstream connection.
 * @throws {AttemptError}
 */
export async function* runStream(
  frame: CallFrame,
  call: ProviderCall,
  work: (guard: CallGuard) => AsyncGenerator<ProviderEvent, void, undefined>,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const guard = new CallGuard(call, { clock: frame.clock, isStream: true });
  try {
    if (guard.failure !== undefined) throw guard.failure;
    yield* guard.lend(work(guard));
  } catch (error) {
    throw guard.failure ?? frame.mapError(error, errorContext(frame, call));
  } finally {
    guard.abort();
  }
}

function errorContext(frame: CallFrame, call: ProviderCall): ErrorContext {
  return { secrets: frame.secrets, request: call.request, wallMs: frame.clock.wallMs() };
}
