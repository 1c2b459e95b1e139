import type { Caller } from "../core/call.ts";
import type { Clock, Timer } from "../core/clock.ts";
import type { CallContext } from "../rpc/handler.ts";
import { DEADLINE_STATUS, RpcError, type RpcStatus } from "../rpc/status.ts";

const UNKNOWN_CALLER: Caller = { tenant: "" };
const HEARS_NOTHING = (): void => {};
const NEVER_ABORTED = new AbortController().signal;

/** What a door knows of an RPC that has come in. */
export interface IncomingCall {
  /** The first value of a metadata key or header, asked for in lower case. */
  metadata(name: string): string | undefined;
  /** On the monotonic scale, in milliseconds. Undefined: the caller set none. */
  readonly deadlineMs: number | undefined;
}

/** One RPC on its way through the server. Its signal is made only when somebody asks for it. */
export class ServerCall implements CallContext {
  /** Set by the dispatcher before a handler sees the call. */
  caller: Caller = UNKNOWN_CALLER;
  /** Set by the dispatcher before a handler sees the call. */
  draining: AbortSignal = NEVER_ABORTED;
  /** The RPC's name. Set by the dispatcher before a handler sees the call. */
  method = "";
  /** Set by the dispatcher before a handler sees the call. */
  onRefusal: (method: string, reason: string) => void = HEARS_NOTHING;
  requestId: string | undefined = undefined;
  traceId: string | undefined = undefined;
  readonly deadlineMs: number | undefined;
  readonly #incoming: IncomingCall;
  #controller: AbortController | undefined;
  #abortStatus: RpcStatus | undefined;
  #hasEnded = false;
  #deadlineTimer: Timer | undefined;

  constructor(incoming: IncomingCall) {
    this.#incoming = incoming;
    this.deadlineMs = incoming.deadlineMs;
  }

  metadata(name: string): string | undefined {
    return this.#incoming.metadata(name);
  }

  noteRefusal(reason: string): void {
    this.onRefusal(this.method, reason);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortStatus !== undefined) this.#controller.abort(new RpcError(this.#abortStatus));
    }
    return this.#controller.signal;
  }

  /** Why the work on it was stopped. Undefined: it was not. */
  get abortStatus(): RpcStatus | undefined {
    return this.#abortStatus;
  }

  /** Stops the work on it when its deadline passes, for a door that may not be told of that. */
  endAtDeadline(clock: Clock): void {
    if (this.deadlineMs === undefined || this.#hasEnded) return;
    const leftMs = this.deadlineMs - clock.monotonicMs();
    if (leftMs <= 0) this.abort(DEADLINE_STATUS);
    else this.#deadlineTimer = clock.after(leftMs, () => this.endAtDeadline(clock));
  }

  /** Stops the work on it; what was first holds. Nothing can stop one that has ended. */
  abort(status: RpcStatus): void {
    if (this.#hasEnded || this.#abortStatus !== undefined) return;
    this.#abortStatus = status;
    this.#controller?.abort(new RpcError(status));
  }

  /** Nothing works on it any more. Doors tell of every call that its caller is gone, also of those that were answered. */
  end(): void {
    this.#hasEnded = true;
    this.#deadlineTimer?.cancel();
  }
}
