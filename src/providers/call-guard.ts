import { AttemptError } from "../core/attempt-error.ts";
import type { Clock, Timer } from "../core/clock.ts";
import type { CallTimeouts, ProviderCall } from "./provider.ts";

/**
 * Watches over one call: ends it when its caller goes away or a time limit passes, and remembers which, since what the
 * call then throws is only the echo of that. One controller and one timer a call, whatever limits there are.
 */
export class CallGuard {
  readonly #clock: Clock;
  readonly #callerSignal: AbortSignal;
  readonly #timeouts: CallTimeouts;
  readonly #controller = new AbortController();
  readonly #startMs: number;
  readonly #isStream: boolean;
  /** Since when the provider is waited for and silent; undefined while the consumer has the turn. */
  #silentSinceMs: number | undefined;
  #hasContent = false;
  #armedMs = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  #failure: AttemptError | undefined;

  constructor(call: ProviderCall, options: { clock: Clock; isStream: boolean }) {
    this.#clock = options.clock;
    this.#isStream = options.isStream;
    this.#callerSignal = call.signal;
    this.#timeouts = call.timeouts;
    this.#startMs = options.clock.monotonicMs();
    this.#silentSinceMs = this.#startMs;
    if (call.signal.aborted) {
      this.#onCallerAbort();
      return;
    }
    call.signal.addEventListener("abort", this.#onCallerAbort, { once: true });
    this.#arm(this.#startMs);
  }

  /** For the upstream request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the guard ended the call; undefined when it did not. */
  get failure(): AttemptError | undefined {
    return this.#failure;
  }

  /** The pieces of an answer's body as they are; each of them ends the provider's silence. */
  async *watch<Piece>(source: AsyncIterable<Piece>): AsyncGenerator<Piece, void, undefined> {
    for await (const piece of source) {
      if (this.#silentSinceMs !== undefined) this.#silentSinceMs = this.#clock.monotonicMs();
      yield piece;
    }
  }

  /** The events of a streamed answer as they are; while the consumer has one of them, nobody waits for the provider. */
  async *lend<Event>(events: AsyncIterable<Event>): AsyncGenerator<Event, void, undefined> {
    for await (const event of events) {
      this.#silentSinceMs = undefined;
      yield event;
      this.#silentSinceMs = this.#clock.monotonicMs();
    }
  }

  /** The model has begun to answer: text, reasoning or a tool call. From here on the idle limit counts. */
  sawContent(): void {
    if (this.#hasContent) return;
    this.#hasContent = true;
    const nowMs = this.#clock.monotonicMs();
    if (this.#nextDeadlineMs(nowMs) < this.#armedMs) this.#arm(nowMs);
  }

  /** The call is over: forgets timer and caller. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#callerSignal.removeEventListener("abort", this.#onCallerAbort);
  }

  /** {@link end}, and closes the connection if the answer was not read to its end. */
  abort(): void {
    this.end();
    this.#controller.abort();
  }

  readonly #onCallerAbort = (): void => {
    this.#fail(new AttemptError("CANCELLED", "the caller went away or its deadline passed"));
  };

  readonly #onTimer = (): void => {
    const nowMs = this.#clock.monotonicMs();
    const passed = this.#passedLimit(nowMs);
    if (passed === undefined) this.#arm(nowMs);
    else this.#fail(new AttemptError("TIMEOUT", passed));
  };

  #fail(failure: AttemptError): void {
    this.#failure = failure;
    this.abort();
  }

  #arm(nowMs: number): void {
    this.#timer?.cancel();
    this.#armedMs = this.#nextDeadlineMs(nowMs);
    this.#timer = this.#clock.after(this.#armedMs - nowMs, this.#onTimer);
  }

  #nextDeadlineMs(nowMs: number): number {
    const totalMs = this.#startMs + this.#timeouts.totalMs;
    if (!this.#isStream) return totalMs;
    const pieceMs = this.#hasContent
      ? (this.#silentSinceMs ?? nowMs) + (this.#timeouts.idleMs ?? Number.POSITIVE_INFINITY)
      : this.#startMs + (this.#timeouts.firstTokenMs ?? Number.POSITIVE_INFINITY);
    return Math.min(totalMs, pieceMs);
  }

  /** Which limit has passed, in words. */
  #passedLimit(nowMs: number): string | undefined {
    const { totalMs, firstTokenMs, idleMs } = this.#timeouts;
    if (nowMs >= this.#startMs + totalMs) return `total timeout: no complete answer within ${totalMs} ms`;
    if (!this.#isStream) return undefined;
    if (!this.#hasContent) {
      const isLate = firstTokenMs !== undefined && nowMs >= this.#startMs + firstTokenMs;
      return isLate ? `first token timeout: no piece of the answer within ${firstTokenMs} ms` : undefined;
    }
    const isSilent =
      idleMs !== undefined && this.#silentSinceMs !== undefined && nowMs >= this.#silentSinceMs + idleMs;
    return isSilent ? `idle timeout: nothing from the provider for ${idleMs} ms` : undefined;
  }
}
