import type { HoldSlotsRequest, HoldSlotsResponse } from "../../gen/es/headway/v1/hold_slots_pb.js";
import type { AcquireSlotRequest, RenewSlotRequest } from "../../gen/es/headway/v1/slots_pb.js";
import type { Call, Caller } from "../core/call.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import {
  type HoldSlotsAnswer,
  holdSlotsAnswerToProto,
  holdSlotsQueuedToProto,
} from "./convert-hold-slots.ts";
import { readAcquireSlot, readReleaseSlot, readRenewSlot, readSettleSlot } from "./convert-slots.ts";
import type { BidiStreamHandler, CallContext, Inlet, Outlet } from "./handler.ts";
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
  readonly #unanswered = new Map<string, HeldCall>();
  #isClosed = false;

  constructor(service: SlotService, outlet: Outlet<HoldSlotsResponse>, context: CallContext) {
    this.#service = service;
    this.#outlet = outlet;
    this.#context = context;
    context.signal.addEventListener("abort", () => this.#dropAll(), { once: true });
  }

  receive({ requestId, request }: HoldSlotsRequest): void {
    if (request.case === "cancel") {
      this.#unanswered.get(request.value)?.abort();
      return;
    }
    const refusal = this.#checkId(requestId);
    if (refusal !== undefined) {
      this.#answer(requestId, refusal);
      return;
    }
    const call = new HeldCall(this.#context);
    const outcome = this.#perform(requestId, request, call);
    if (outcome instanceof Promise) this.#answerLater(requestId, outcome, call);
    else this.#answer(requestId, outcome);
  }

  receiveMalformed(refusal: Refusal): void {
    this.#answer("", refusal);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#unanswered.size === 0) this.#outlet.end();
  }

  #perform(
    requestId: string,
    request: HoldSlotsRequest["request"],
    call: Call,
  ): HoldSlotsAnswer | Promise<HoldSlotsAnswer> {
    switch (request.case) {
      case "acquire":
        return this.#acquire(requestId, request.value, call);
      case "settle": {
        const read = readSettleSlot(request.value);
        return read.kind === "refused" ? read : this.#service.settle(read.value, call);
      }
      case "release": {
        const read = readReleaseSlot(request.value);
        return read.kind === "refused" ? read : this.#service.release(read.value, call);
      }
      case "renew":
        return this.#renew(request.value, call);
      default:
        return refuseField("request", "is required, and must be one that this version knows");
    }
  }

  #acquire(
    requestId: string,
    request: AcquireSlotRequest,
    call: Call,
  ): HoldSlotsAnswer | Promise<HoldSlotsAnswer> {
    if (this.#context.draining.aborted) return SHUTTING_DOWN;
    if (request.requestId === "") request.requestId = requestId;
    const read = readAcquireSlot(request);
    if (read.kind === "refused") return read;
    return this.#service.acquire(read.value, call, (place) =>
      this.#outlet.offer(holdSlotsQueuedToProto(requestId, place)),
    );
  }

  #renew(request: RenewSlotRequest, call: Call): HoldSlotsAnswer | Promise<HoldSlotsAnswer> {
    const read = readRenewSlot(request);
    if (read.kind === "refused") return read;
    return this.#service.renew(read.value.slotId, read.value.leaseDurationMs, call);
  }

  #answer(requestId: string, answer: HoldSlotsAnswer): void {
    if (answer.kind === "refused") this.#context.noteRefusal(answer.reason);
    this.#outlet.send(holdSlotsAnswerToProto(requestId, answer));
  }

  #answerLater(requestId: string, outcome: Promise<HoldSlotsAnswer>, call: HeldCall): void {
    this.#unanswered.set(requestId, call);
    outcome.then(
      (answer) => {
        this.#unanswered.delete(requestId);
        const isTakenBack = answer.kind === "refused" && answer.reason === "CANCELLED";
        this.#answer(requestId, isTakenBack ? TAKEN_BACK : answer);
        if (this.#isClosed && this.#unanswered.size === 0) this.#outlet.end();
      },
      (error: unknown) => this.#outlet.fail(error),
    );
  }

  /** What is wrong with the name of a request. Undefined: nothing. */
  #checkId(requestId: string): Refusal | undefined {
    if (requestId === "") return refuseField("request_id", "is required");
    if (requestId.length <= SHORT_NAME_LENGTH && !this.#unanswered.has(requestId)) return undefined;
    const violations = new Violations();
    readRequestId(violations, requestId);
    if (this.#unanswered.has(requestId)) {
      violations.add("request_id", "must not be that of a request on this stream that is not answered yet");
    }
    return violations.toRefusal();
  }

  #dropAll(): void {
    for (const call of this.#unanswered.values()) call.abort();
  }
}

/** One request on the stream, which can be taken back on its own. */
class HeldCall implements Call {
  readonly caller: Caller;
  readonly deadlineMs: number | undefined;
  #controller: AbortController | undefined;

  constructor({ caller, deadlineMs }: Call) {
    this.caller = caller;
    this.deadlineMs = deadlineMs;
  }

  /** Made at the first access: most requests are answered without. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller?.abort();
  }
}

function refuseField(field: string, description: string): Refusal {
  return refuse("INVALID_REQUEST", `${field} ${description}`, { fieldViolations: [{ field, description }] });
}
