import { ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";

/** So many answers of one stream are on their way to the socket at most; who reads too slowly stops the rest. */
const MAX_IN_FLIGHT = 64;

/**
 * Lets the answers of a stream in both directions go to the socket together. grpc-js hands on the next answer only
 * when the one before is written, so that each costs a turn of the event loop and a write to the socket of its own.
 * Other methods are left as they are.
 */
export const writeAhead: ServerInterceptor = (method, call) =>
  method.requestStream && method.responseStream
    ? new WriteAheadCall(call)
    : // Asked for more than is needed: only the interface is called, and another layer would cost each unary RPC.
      (call as ServerInterceptingCall);

/** Reports an answer as written while it is not, as long as few of them are. */
class WriteAheadCall extends ServerInterceptingCall {
  #inFlight = 0;
  #waiting: (() => void) | undefined;

  override sendMessage(message: unknown, callback: () => void): void {
    this.#inFlight++;
    super.sendMessage(message, () => this.#onWritten());
    if (this.#inFlight < MAX_IN_FLIGHT) callback();
    else this.#waiting = callback;
  }

  #onWritten(): void {
    this.#inFlight--;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}
