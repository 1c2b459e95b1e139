import type { HoldSlotsRequest, HoldSlotsResponse } from "../../gen/es/headway/v1/hold_slots_pb.js";
import type { AcquireSlotRequest, RenewSlotRequest } from "../../gen/es/headway/v1/slots_pb.js";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { Waiting } from "../core/waiting.ts";
import {
  type HoldSlotsAnswer,
  holdSlotsAnswerToProto,
  holdSlotsQueuedToProto,
} from "./convert-hold-slots.ts";
import { readAcquireSlot, readReleaseSlot, readRenewSlot, readSettleSlot } from "./convert-slots.ts";
import type { BidiStreamHandler, CallContext, Inlet, Outlet } from "./handler.ts";
import { type HeldSpan, startHeldSpan } from "./held-span.ts";
import { readRequestId } from "./read-fields.ts";
import type { SlotService } from "./slots.ts";
import { Violations } from "./violations.ts";

/** A name of so many UTF-16 units is within the bound, however its characters are counted. */
const SHORT_NAME_LENGTH = 128;
const SHUTTING_DOWN = refuse("SHUTTING_DOWN", "the server is shutting down; acquire from another one");
const TAKEN_BACK = refuse("CANCELLED", "the request was taken back while it waited");

/** Answers HoldSlots. */
export function holdSlotsHandler(
  service: SlotService,
): BidiStreamHandler<HoldSlotsRequest, HoldSlotsResponse> {
  return (outlet, context) => new SlotSession(service, outlet, context);
}

/** The slots' RPCs as messages on one stream. What is answered at once is answered before `receive` returns. */
class SlotSession implements Inlet<HoldSlotsRequest> {
  readonly #service: SlotService;
  readonly #outlet: Outlet<HoldSlotsResponse>;
  readonly #context: CallContext;
  readonly #waiting = new Map<string, Waiting<HoldSlotsAnswer>>();
  #isClosed = false;

  constructor(service: SlotService, outlet: Outlet<HoldSlotsResponse>, context: CallContext) {
    this.#service = service;
    this.#outlet = outlet;
    this.#context = context;
    context.signal.addEventListener("abort", () => this.#dropAll(), { once: true });
  }

  receive(message: HoldSlotsRequest): void {
    const { requestId, request } = message;
    if (request.case === "cancel") {
      this.#waiting.get(request.value)?.leave();
      return;
    }
    const refusal = this.#checkId(requestId);
    if (refusal !== undefined) {
      this.#answer(requestId, refusal);
      return;
    }
    const span = startHeldSpan(message, this.#context.caller);
    const perform = () => this.#perform(requestId, request);
    const outcome = span === undefined ? perform() : span.run(perform);
    if (outcome.kind === "waiting") this.#answerLater(requestId, outcome, span);
    else this.#answer(requestId, outcome, span);
  }

  receiveMalformed(refusal: Refusal): void {
    this.#answer("", refusal);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#waiting.size === 0) this.#outlet.end();
  }

  #perform(
    requestId: string,
    request: HoldSlotsRequest["request"],
  ): HoldSlotsAnswer | Waiting<HoldSlotsAnswer> {
    switch (request.case) {
      case "acquire":
        return this.#acquire(requestId, request.value);
      case "settle": {
        const read = readSettleSlot(request.value);
        return read.kind === "refused" ? read : this.#service.settle(read.value, this.#context);
      }
      case "release": {
        const read = readReleaseSlot(request.value);
        return read.kind === "refused" ? read : this.#service.release(read.value, this.#context);
      }
      case "renew":
        return this.#renew(request.value);
      default:
        return refuseField("request", "is required, and must be one that this version knows");
    }
  }

  #acquire(requestId: string, request: AcquireSlotRequest): HoldSlotsAnswer | Waiting<HoldSlotsAnswer> {
    if (this.#context.draining.aborted) return SHUTTING_DOWN;
    if (request.requestId === "") request.requestId = requestId;
    const read = readAcquireSlot(request);
    if (read.kind === "refused") return read;
    return this.#service.acquire(read.value, this.#context, (place) =>
      this.#outlet.offer(holdSlotsQueuedToProto(requestId, place)),
    );
  }

  #renew(request: RenewSlotRequest): HoldSlotsAnswer {
    const read = readRenewSlot(request);
    if (read.kind === "refused") return read;
    return this.#service.renew(read.value.slotId, read.value.leaseDurationMs, this.#context);
  }

  #answer(requestId: string, answer: HoldSlotsAnswer, span?: HeldSpan): void {
    const refusal = answer.kind === "refused" ? answer : undefined;
    if (refusal !== undefined) this.#context.noteRefusal(refusal.reason);
    span?.end(refusal);
    this.#outlet.send(holdSlotsAnswerToProto(requestId, answer));
  }

  #answerLater(requestId: string, waiting: Waiting<HoldSlotsAnswer>, span: HeldSpan | undefined): void {
    this.#waiting.set(requestId, waiting);
    waiting.answer.then(
      (answer) => {
        this.#waiting.delete(requestId);
        const isTakenBack = answer.kind === "refused" && answer.reason === "CANCELLED";
        this.#answer(requestId, isTakenBack ? TAKEN_BACK : answer, span);
        if (this.#isClosed && this.#waiting.size === 0) this.#outlet.end();
      },
      (error: unknown) => this.#outlet.fail(error),
    );
  }

  /** What is wrong with the name of a request. Undefined: nothing. */
  #checkId(requestId: string): Refusal | undefined {
    if (requestId === "") return refuseField("request_id", "is required");
    if (requestId.length <= SHORT_NAME_LENGTH && !this.#waiting.has(requestId)) return undefined;
    const violations = new Violations();
    readRequestId(violations, requestId);
    if (this.#waiting.has(requestId)) {
      violations.add("request_id", "must not be that of a request on this stream that is not answered yet");
    }
    return violations.toRefusal();
  }

  #dropAll(): void {
    for (const waiting of this.#waiting.values()) waiting.leave();
  }
}

function refuseField(field: string, description: string): Refusal {
  return refuse("INVALID_REQUEST", `${field} ${description}`, { fieldViolations: [{ field, description }] });
}
