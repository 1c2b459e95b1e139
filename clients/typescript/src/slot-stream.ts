import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { type ClientDuplexStream, type ServiceError, status } from "@grpc/grpc-js";
import { context, propagation } from "@opentelemetry/api";
import { ErrorReason, type RequestError } from "./gen/error_pb.js";
import { HoldSlotsRequestSchema, type HoldSlotsResponse } from "./gen/hold_slots_pb.js";
import { HeadwayError, type Reason } from "./headway-error.ts";

/** An open HoldSlots RPC. */
export type HoldSlotsCall = ClientDuplexStream<Buffer, HoldSlotsResponse>;

/** What may be asked on a stream. */
export type Asked = NonNullable<MessageInitShape<typeof HoldSlotsRequestSchema>["request"]>;

/** What it is answered with. */
export type Answered = HoldSlotsResponse["response"];

/** The stream ended before the answer came. */
export class StreamBroken extends Error {
  /** Undefined: it ended well, and what was not answered was not done. */
  readonly error: HeadwayError | undefined;

  constructor(error: HeadwayError | undefined) {
    super("the stream ended before the answer came");
    this.error = error;
  }
}

/** Who waits for an answer. */
interface Waiting {
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: unknown) => void;
}

/** A stream that nobody uses is closed after this time, twice it at most: it keeps its program from ending. */
const IDLE_MS = 500;
/** No stream is used longer, so that a token is checked again, and servers that are new get their part. */
const LONGEST_MS = 60_000;

/** One HoldSlots stream, on which slots are acquired and ended for less than half of what an RPC for each would cost. */
export class SlotStream {
  readonly #call: HoldSlotsCall;
  readonly #waiting = new Map<string, Waiting>();
  readonly #name = crypto.randomUUID();
  readonly #openedAtMs = performance.now();
  readonly #check: NodeJS.Timeout;
  #useCount = 0;
  #useCountBefore = 0;
  #isRetired = false;

  constructor(call: HoldSlotsCall) {
    this.#call = call;
    call.on("data", (answer: HoldSlotsResponse) => this.#receive(answer));
    call.on("error", (error: ServiceError) => this.#fail(() => HeadwayError.from(error)));
    call.on("end", () => this.#fail(() => undefined));
    this.#check = setInterval(() => this.#retireIfDue(), IDLE_MS);
    this.#check.unref();
  }

  /** Whether more may be asked on it. */
  get isOpen(): boolean {
    return !this.#isRetired;
  }

  /**
   * Resolves with the answer, other than that it waits. `onGrantUnwanted` is told a slot that came for a request whose
   * caller had gone. @throws {HeadwayError} when it is refused or not answered in time; @throws {StreamBroken}
   */
  async ask(
    request: Asked,
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly timeoutMs?: number;
      readonly onGrantUnwanted?: (slotId: string) => void;
    },
  ): Promise<Answered> {
    const { signal, timeoutMs, onGrantUnwanted } = options;
    const requestId = `${this.#name}-${++this.#useCount}`;
    // What cannot be written fails here, alone, and not the stream.
    const message = write(requestId, request);
    const answered = new Promise<Answered>((resolve, reject) => {
      this.#waiting.set(requestId, { resolve, reject });
    });
    const giveUp = () => this.#giveUp(requestId, signal!.reason, onGrantUnwanted);
    signal?.addEventListener("abort", giveUp, { once: true });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#expire(requestId), timeoutMs);
    this.#call.write(message);
    try {
      return await answered;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Asks nothing more. The stream ends when all is answered. */
  retire(): void {
    this.#isRetired = true;
    clearInterval(this.#check);
    this.#endIfAnswered();
  }

  #endIfAnswered(): void {
    if (this.#isRetired && this.#waiting.size === 0) this.#call.end();
  }

  #receive({ requestId, response }: HoldSlotsResponse): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined || response.case === "queued" || response.case === undefined) return;
    this.#waiting.delete(requestId);
    this.#useCount++;
    if (response.case !== "error") {
      waiting.resolve(response);
    } else {
      // This server ends; another may be there.
      if (response.value.reason === ErrorReason.SHUTTING_DOWN) this.retire();
      waiting.reject(errorOf(response.value));
    }
    this.#endIfAnswered();
  }

  /** The request leaves the queue; if it has left it already with a slot, that is not wanted any more. */
  #giveUp(requestId: string, reason: unknown, onGrantUnwanted?: (slotId: string) => void): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return;
    this.#waiting.set(requestId, {
      resolve: (answer) => {
        if (answer.case === "acquired") onGrantUnwanted?.(answer.value.slotId);
      },
      reject: () => {},
    });
    this.#call.write(write("", { case: "cancel", value: requestId }));
    waiting.reject(reason);
  }

  /** A stream on which something is not answered in time may be cut without anybody having noticed. */
  #expire(requestId: string): void {
    const waiting = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    this.retire();
    const details = { metadata: {}, violations: [] };
    waiting?.reject(new HeadwayError(status.DEADLINE_EXCEEDED, "Headway did not answer in time", details));
  }

  #fail(makeError: () => HeadwayError | undefined): void {
    this.#isRetired = true;
    clearInterval(this.#check);
    for (const { reject } of this.#waiting.values()) reject(new StreamBroken(makeError()));
    this.#waiting.clear();
  }

  #retireIfDue(): void {
    const isIdle = this.#waiting.size === 0 && this.#useCount === this.#useCountBefore;
    this.#useCountBefore = this.#useCount;
    if (isIdle || performance.now() - this.#openedAtMs > LONGEST_MS) this.retire();
  }
}

/** With the trace of whoever asks. */
function write(requestId: string, request: Asked): Buffer {
  const traceContext: Record<string, string> = {};
  propagation.inject(context.active(), traceContext);
  const message = create(HoldSlotsRequestSchema, { requestId, request, traceContext });
  return Buffer.from(toBinary(HoldSlotsRequestSchema, message));
}

function errorOf({ code, reason, message, metadata, retryAfter, violations }: RequestError): HeadwayError {
  return new HeadwayError(code, message, {
    metadata,
    violations: violations.map(({ subject, description }) => ({ subject, description })),
    ...(reason !== ErrorReason.UNSPECIFIED && { reason: ErrorReason[reason] as Reason }),
    ...(retryAfter !== undefined && { retryAfterMs: durationMs(retryAfter) }),
  });
}
