import { trace } from "@opentelemetry/api";
import type { Call } from "../../core/call.ts";
import type { Clock } from "../../core/clock.ts";
import type { Refusal } from "../../core/refusal.ts";
import type { LedgerSink } from "../../cost/ledger.ts";
import { activeTraceId } from "../active-trace-id.ts";
import type { CompleteEvent } from "../complete-event.ts";
import type { CompleteCommand } from "../complete-request.ts";
import type { CompleteResult } from "../complete-result.ts";
import { isLate } from "../deadline.ts";
import { refuseLeft } from "../refuse-failed.ts";
import { replay } from "../replay.ts";
import { refusalEntry } from "../request-entry.ts";
import type { AnswerStore } from "./answer-store.ts";
import { Broadcast } from "./broadcast.ts";
import { hitEntry } from "./hit-entry.ts";
import { asHit, decodeAnswer, encodeAnswer } from "./stored-answer.ts";

/**
 * So many others a request waits for whose work then comes to nothing. After that it goes on alone, so that a thousand
 * requests that cannot be answered do not wait for each other one by one.
 */
const MOST_FOLLOWED = 2;

export interface SharedAnswersOptions {
  readonly clock: Clock;
  readonly store: AnswerStore;
  /** How long an answer is kept, in milliseconds. */
  readonly ttlMs: number;
  /** Whether an answer is kept at all. */
  readonly isStorable: (result: CompleteResult) => boolean;
  readonly ledger: LedgerSink;
}

/** A request that may share its answer. */
export interface SharedRequest {
  /** Its answer is kept under it. */
  readonly key: string;
  /** Those that come while the answer is made share the work when this is the same, too. */
  readonly flightKey: string;
  readonly command: CompleteCommand;
  readonly call: Call;
  /** Makes the answer. Called at once and in the context of the request, if at all. */
  readonly lead: (call: Call) => AsyncIterable<CompleteEvent>;
}

/** An answer on its way. */
interface Flight {
  readonly events: Broadcast<CompleteEvent>;
  readonly work: AbortController;
  readers: number;
  /** The answer was kept: nobody has to pay for it. */
  isStored: boolean;
}

/** Answers each request from what is kept, or by what an identical one is just being answered, or anew. */
export class SharedAnswers {
  readonly #options: SharedAnswersOptions;
  readonly #flights = new Map<string, Flight>();

  constructor(options: SharedAnswersOptions) {
    this.#options = options;
  }

  /**
   * What happens until a request has its answer. Who leads sees all of it; who follows sees the answer grow. When
   * a leader leaves, its work goes on for those who follow; when it fails, the next one leads.
   */
  async *events(shared: SharedRequest): AsyncGenerator<CompleteEvent, void> {
    for (let followedCount = 0; followedCount < MOST_FOLLOWED; followedCount++) {
      const known = this.#flights.get(shared.flightKey);
      const flight = known ?? this.#start(shared);
      if ((yield* this.#read(shared, flight, known !== undefined)) === "ended") return;
    }
    yield* shared.lead(shared.call);
  }

  #start({ key, flightKey, call, lead }: SharedRequest): Flight {
    const work = new AbortController();
    const ownCall: Call = { caller: call.caller, deadlineMs: call.deadlineMs, signal: work.signal };
    const flight: Flight = {
      events: new Broadcast(
        this.#source(
          { key, flightKey, call },
          () => lead(ownCall),
          () => flight,
        ),
      ),
      work,
      readers: 0,
      isStored: false,
    };
    this.#flights.set(flightKey, flight);
    return flight;
  }

  async *#source(
    { key, flightKey, call }: Pick<SharedRequest, "key" | "flightKey" | "call">,
    lead: () => AsyncIterable<CompleteEvent>,
    flight: () => Flight,
  ): AsyncGenerator<CompleteEvent, void> {
    const { clock, isStorable, store, ttlMs } = this.#options;
    try {
      const bytes = await store.get(key);
      const stored = bytes && decodeAnswer(bytes);
      if (stored !== undefined) {
        flight().isStored = true;
        this.#land(flightKey, flight());
        yield { kind: "done", result: asHit(stored, "") };
        return;
      }
      for await (const event of lead()) {
        if (event.kind === "done" && isStorable(event.result)) {
          const { tenant } = call.caller;
          const expiresWallMs = clock.wallMs() + ttlMs;
          store.put({ key, tenant, value: encodeAnswer(event.result), expiresWallMs });
        }
        if (event.kind === "done" || event.kind === "refused") this.#land(flightKey, flight());
        yield event;
      }
    } finally {
      this.#land(flightKey, flight());
    }
  }

  /** Nobody joins it any more. */
  #land(flightKey: string, flight: Flight): void {
    if (this.#flights.get(flightKey) === flight) this.#flights.delete(flightKey);
  }

  /** Reads a flight to its end. `failed`: it has none for this request, which has not been told anything yet. */
  async *#read(
    shared: SharedRequest,
    flight: Flight,
    isFollower: boolean,
  ): AsyncGenerator<CompleteEvent, "ended" | "failed"> {
    const { call, command } = shared;
    flight.readers++;
    const leaving = watchLeaving(call.signal, () => this.#leave(shared.flightKey, flight));
    let isTold = false;
    try {
      for (let index = 0; ; index++) {
        const event = await this.#next(shared, flight, index, leaving.promise);
        if (event.kind === "done") {
          if (isFollower || flight.isStored) yield* this.#hit(command, call, event.result, isTold);
          else yield event;
          return "ended";
        }
        if (event.kind === "refused") {
          const isOver = !isFollower || isTold || call.signal.aborted;
          if (!isOver) return "failed";
          if (isFollower) this.#recordRefusal(command, call, event);
          yield event;
          return "ended";
        }
        const isForAll = event.kind !== "queued" && event.kind !== "attempt_started";
        isTold ||= isForAll;
        if (isForAll || !isFollower) yield event;
      }
    } finally {
      if (!call.signal.aborted) this.#leave(shared.flightKey, flight);
      leaving.stop();
      if (flight.readers === 0) flight.events.end();
    }
  }

  /** The event at a place. Who leaves while others read is told so at once; the last one gets the end of the work. */
  async #next(
    { call }: SharedRequest,
    flight: Flight,
    index: number,
    leaving: Promise<undefined>,
  ): Promise<CompleteEvent> {
    if (!call.signal.aborted) {
      const event = await Promise.race([flight.events.at(index), leaving]);
      if (event !== undefined) return event;
    }
    const event = flight.readers > 0 ? undefined : await flight.events.at(index);
    if (event !== undefined) return event;
    if (call.signal.aborted) return refuseLeft([], isLate(call, this.#options.clock));
    throw new Error("the work on a request ended without an answer");
  }

  /** Somebody reads no more, or has left and is not even told so: the work that nobody waits for any more ends. */
  #leave(flightKey: string, flight: Flight): void {
    flight.readers--;
    if (flight.readers > 0) return;
    this.#land(flightKey, flight);
    flight.work.abort();
  }

  *#hit(
    command: CompleteCommand,
    call: Call,
    result: CompleteResult,
    isTold: boolean,
  ): Generator<CompleteEvent> {
    const { clock, ledger } = this.#options;
    const answer = asHit(result, command.requestId);
    trace.getActiveSpan()?.setAttribute("headway.cache_hit", true);
    ledger.record(hitEntry({ wallMs: clock.wallMs(), answer, command, tenant: call.caller.tenant }));
    if (!isTold) yield* replay(answer.message);
    yield { kind: "done", result: answer };
  }

  #recordRefusal(command: CompleteCommand, call: Call, refusal: Refusal): void {
    const { clock, ledger } = this.#options;
    const traceId = activeTraceId();
    const { tenant } = call.caller;
    const { tags } = command;
    const wallMs = clock.wallMs();
    ledger.record(refusalEntry({ wallMs, refusal, command, tags, tenant, candidate: undefined, traceId }));
  }
}

/** A promise that resolves when the signal aborts, after `onLeaving` was called; forgotten with `stop`. */
function watchLeaving(
  signal: AbortSignal,
  onLeaving: () => void,
): { readonly promise: Promise<undefined>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => {
    onLeaving();
    resolve(undefined);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return { promise, stop: () => signal.removeEventListener("abort", onAbort) };
}
