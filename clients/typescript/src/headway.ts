import type { MessageInitShape } from "@bufbuild/protobuf";
import { type CallOptions, Connection, type HeadwayOptions } from "./connection.ts";
import type { CompleteRequestSchema, CompleteResponse } from "./gen/complete_pb.js";
import type { GetUsageRequestSchema, GetUsageResponse } from "./gen/get_usage_pb.js";
import { HeadwayService } from "./gen/headway_service_pb.js";
import type { Model } from "./gen/list_models_pb.js";
import type { StreamCompleteResponse } from "./gen/stream_complete_pb.js";
import { Slot } from "./slot.ts";
import { SlotCalls } from "./slot-calls.ts";
import { reportOfError } from "./slot-report.ts";
import { acquireRequestOf, type SlotRequest } from "./slot-request.ts";

/** A grant that came too late to be used is given back and asked for again at most so many times. */
const MOST_LATE_GRANTS = 3;

/**
 * A connection to Headway, to be kept as long as the process lives and shared by all that calls models. It connects
 * at the first call, and again when the connection breaks.
 */
export class Headway implements Disposable, AsyncDisposable {
  readonly #connection: Connection;
  readonly #slots: SlotCalls;

  constructor(options: HeadwayOptions = {}) {
    this.#connection = new Connection(options);
    this.#slots = new SlotCalls(this.#connection);
  }

  /** Answers a conversation: chooses a model, waits for its turn, calls it, falls back. @throws {HeadwayError} */
  async complete(
    request: MessageInitShape<typeof CompleteRequestSchema>,
    options?: CallOptions,
  ): Promise<CompleteResponse> {
    return await this.#connection.unary(HeadwayService.method.complete, request, options);
  }

  /**
   * The same, with events while it waits and the text as it is written. The last event is `done`; leaving the loop
   * early cancels the call. @throws {HeadwayError}
   */
  async *stream(
    request: MessageInitShape<typeof CompleteRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<StreamCompleteResponse["event"], void, undefined> {
    const responses = this.#connection.serverStream(
      HeadwayService.method.streamComplete,
      { request },
      options,
    );
    for await (const { event } of responses) yield event;
  }

  /** Says what is used, left, waiting and spent. @throws {HeadwayError} */
  async usage(
    request: MessageInitShape<typeof GetUsageRequestSchema> = {},
    options?: CallOptions,
  ): Promise<GetUsageResponse> {
    return await this.#connection.unary(HeadwayService.method.getUsage, request, options);
  }

  /** Lists the models with their limits, prices and health. @throws {HeadwayError} */
  async models(options?: CallOptions): Promise<Model[]> {
    return (await this.#connection.unary(HeadwayService.method.listModels, {}, options)).models;
  }

  /**
   * Waits until one call may start. Settle or release the slot, best by `await using`; {@link withSlot} does it all. A
   * grant that was too long on its way is given back and asked for again, three times at most.
   * @throws {HeadwayError}
   */
  async acquireSlot(request: SlotRequest, options?: CallOptions): Promise<Slot> {
    for (let late = 0; ; late++) {
      const askedAtMs = performance.now();
      const grant = await this.#slots.acquire(acquireRequestOf(request), options);
      const slot = new Slot(this.#slots, grant, { askedAtMs, leaseMs: request.leaseMs });
      if (!slot.isLate || late === MOST_LATE_GRANTS) return slot;
      // Whether that works tells nothing that the next answer does not.
      await slot.release().catch(() => {});
    }
  }

  /**
   * Makes a call in a slot: waits until it may start, runs it, and settles with what it reported. When it throws, the
   * slot is settled as failed, or as rate limited if the error's `status` is 429. The settlement is sent, but Headway's
   * answer to it is not waited for: {@link Slot.settle} does that.
   * @returns what `call` returns; a settlement that goes wrong does not change that, but is a process warning.
   * @throws {HeadwayError} when there is no slot; and whatever `call` throws.
   */
  async withSlot<T>(
    request: SlotRequest,
    call: (slot: Slot) => Promise<T> | T,
    options?: CallOptions,
  ): Promise<T> {
    const slot = await this.acquireSlot(request, options);
    let result: T;
    try {
      result = await call(slot);
    } catch (error) {
      await slot.settleInBackground(reportOfError(error));
      throw error;
    }
    await slot.settleInBackground();
    return result;
  }

  /** Closes the connection. Calls in progress come to their end, if the connection lasts until then. */
  [Symbol.dispose](): void {
    this.#slots.close();
    this.#connection[Symbol.dispose]();
  }

  /** The same, when all settlements are done or have failed: after ten seconds at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#slots.finish();
    this[Symbol.dispose]();
  }
}
