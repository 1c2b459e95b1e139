import type { MessageInitShape } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import type { CallOptions, Connection } from "./connection.ts";
import { HeadwayService } from "./gen/headway_service_pb.js";
import type {
  AcquireSlotRequestSchema,
  AcquireSlotResponse,
  SettleSlotRequestSchema,
  SettleSlotResponse,
} from "./gen/slots_pb.js";
import { HeadwayError } from "./headway-error.ts";
import { type Answered, SlotStream, StreamBroken } from "./slot-stream.ts";

/** How long to try to end a slot whose call is over. */
const END_TIMEOUT_MS = 10_000;

const { acquireSlot, settleSlot, releaseSlot, renewSlot } = HeadwayService.method;

/** The requests about slots: on a stream while all is well, by RPCs where these are better at it. */
export class SlotCalls {
  readonly #connection: Connection;
  readonly #background = new Set<Promise<void>>();
  #stream: SlotStream | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws {HeadwayError} */
  async acquire(
    request: MessageInitShape<typeof AcquireSlotRequestSchema>,
    options: CallOptions = {},
  ): Promise<AcquireSlotResponse> {
    const { signal, timeoutMs } = options;
    signal?.throwIfAborted();
    // The server plans by the deadline of an RPC; a request on a stream has none.
    if (timeoutMs !== undefined) return await this.#connection.unary(acquireSlot, request, options);
    const onGrantUnwanted = (slotId: string) => void this.release(slotId).catch(() => {});
    try {
      const asked = { case: "acquire", value: request } as const;
      const answer = await this.#open().ask(asked, { signal, onGrantUnwanted });
      if (answer.case === "acquired") return answer.value;
      throw unexpected(answer);
    } catch (error) {
      if (!(error instanceof StreamBroken)) throw error;
      // It may have been granted, and is not asked for twice.
      if (error.error !== undefined) throw error.error;
      return await this.#connection.unary(acquireSlot, request, options);
    }
  }

  /** @throws {HeadwayError} */
  async settle(request: MessageInitShape<typeof SettleSlotRequestSchema>): Promise<SettleSlotResponse> {
    return await this.#end(
      async (options) => {
        const answer = await this.#open().ask({ case: "settle", value: request }, options);
        if (answer.case === "settled") return answer.value;
        throw unexpected(answer);
      },
      (options) => this.#connection.unary(settleSlot, request, options),
    );
  }

  /** @throws {HeadwayError} */
  async release(slotId: string): Promise<void> {
    const request = { slotId };
    await this.#end<unknown>(
      (options) => this.#open().ask({ case: "release", value: request }, options),
      (options) => this.#connection.unary(releaseSlot, request, options),
    );
  }

  /** For as long as at first. @throws {HeadwayError} */
  async renew(slotId: string): Promise<void> {
    await this.#connection.unary(renewSlot, { slotId });
  }

  /** Notes work that its caller does not wait for, and that must not reject. */
  keepInBackground(work: Promise<void>): void {
    this.#background.add(work);
    void work.then(() => this.#background.delete(work));
  }

  /** Waits for what goes on in the background. */
  async finish(): Promise<void> {
    await Promise.all(this.#background);
  }

  /** Requests in progress come to their end. */
  close(): void {
    this.#stream?.retire();
  }

  /** On the stream, and by RPC when that does not go: an RPC is tried several times. */
  async #end<T>(
    onStream: (options: { readonly timeoutMs: number }) => Promise<T>,
    byRpc: (options: { readonly timeoutMs: number }) => Promise<T>,
  ): Promise<T> {
    const beganMs = performance.now();
    try {
      return await onStream({ timeoutMs: END_TIMEOUT_MS });
    } catch (error) {
      const isUnavailable = error instanceof HeadwayError && error.code === status.UNAVAILABLE;
      if (!isUnavailable && !(error instanceof StreamBroken)) throw error;
      return await byRpc({ timeoutMs: END_TIMEOUT_MS - (performance.now() - beganMs) });
    }
  }

  /** The stream belongs to no trace, since it carries requests of all. */
  #open(): SlotStream {
    if (this.#stream?.isOpen !== true)
      this.#stream = context.with(ROOT_CONTEXT, () => new SlotStream(this.#connection.holdSlots()));
    return this.#stream;
  }
}

function unexpected(answer: Answered): TypeError {
  return new TypeError(`Headway answered with ${answer.case}, which was not asked for`);
}
