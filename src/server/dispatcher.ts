import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { Logger } from "pino";
import { AdminService } from "../../gen/es/headway/v1/admin_service_pb.js";
import type { Clock } from "../core/clock.ts";
import { makeId } from "../core/id.ts";
import { RefusalError, refuse } from "../core/refusal.ts";
import { TurnoverSet } from "../core/turnover-set.ts";
import type { Authenticate } from "../rpc/authenticate.ts";
import type {
  BidiStreamHandler,
  HandlerTable,
  Inlet,
  ServerStreamHandler,
  UnaryHandler,
} from "../rpc/handler.ts";
import { RpcError, type RpcStatus, statusOfDefect, statusOfError, statusOfRefusal } from "../rpc/status.ts";
import { callScope } from "./call-scope.ts";
import { iterateWithin } from "./iterate-within.ts";
import { MalformedRequest } from "./malformed-request.ts";
import type { ServerCall } from "./server-call.ts";
import { type ServerSpan, startServerSpan } from "./server-span.ts";

/** What a {@link Dispatcher} needs. */
export interface DispatcherOptions {
  readonly handlers: HandlerTable;
  readonly authenticate: Authenticate;
  /** The same for AdminService. */
  readonly authenticateAdmin: Authenticate;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether spans are made. */
  readonly tracing: boolean;
  /** Whether each RPC is logged at the level info, and not only at debug. */
  readonly logRequests: boolean;
  /** Told of every refusal, also of those of single requests within an RPC. `method` as `AcquireSlot`. */
  readonly onRefusal: (method: string, reason: string) => void;
}

/** The door's side of an RPC with a stream of requests. */
export interface FarSide {
  send(message: Message): void;
  /** The same for what may be dropped while the far side reads too little. */
  offer(message: Message): void;
  /** `status` undefined: it ended well. */
  end(status: RpcStatus | undefined): void;
}

/** An RPC in progress. */
interface Work {
  readonly method: DescMethod;
  readonly call: ServerCall;
  readonly span: ServerSpan | undefined;
  readonly startMs: number;
}

const SHUTTING_DOWN = statusOfRefusal(
  refuse("SHUTTING_DOWN", "the server is shutting down; try another one"),
);

/** Brings RPCs from the doors to their handlers, and turns whatever comes back into an answer or a status. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #running = new TurnoverSet<ServerCall>();
  readonly #draining = new AbortController();
  #onIdle: (() => void) | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Answers a unary RPC. @throws {RpcError} and nothing else. */
  async unary(method: DescMethod, request: Message | MalformedRequest, call: ServerCall): Promise<Message> {
    const work = this.#begin(method, call);
    try {
      const handler = this.#admit(work, request) as UnaryHandler<Message, Message>;
      const response = await this.#run(work, () => handler(request as Message, call));
      this.#end(work, undefined);
      return response;
    } catch (error) {
      throw this.#fail(work, error);
    }
  }

  /** Answers an RPC with a stream of messages. The iteration throws {@link RpcError} and nothing else. */
  async *stream(
    method: DescMethod,
    request: Message | MalformedRequest,
    call: ServerCall,
  ): AsyncGenerator<Message> {
    const work = this.#begin(method, call);
    let isEnded = false;
    try {
      const handler = this.#admit(work, request) as ServerStreamHandler<Message, Message>;
      const answers = handler(request as Message, call);
      yield* iterateWithin(answers, (step) => this.#run(work, step));
      isEnded = true;
      this.#end(work, undefined);
    } catch (error) {
      isEnded = true;
      throw this.#fail(work, error);
    } finally {
      // The door stopped reading, because the caller went away.
      if (!isEnded) this.#end(work, call.abortStatus);
    }
  }

  /**
   * Begins an RPC with a stream of requests, which go into what is returned; `far` gets the answers, and is told once
   * how it ended (undefined: well). Undefined: it has ended already.
   */
  converse(method: DescMethod, far: FarSide, call: ServerCall): Inlet<Message> | undefined {
    const work = this.#begin(method, call);
    let isEnded = false;
    const end = (status: RpcStatus | undefined): void => {
      if (isEnded) return;
      isEnded = true;
      far.end(status);
    };
    const fail = (error: unknown): void => {
      if (!isEnded) end(this.#fail(work, error).status);
    };
    const outlet = {
      send: (message: Message) => void (isEnded || far.send(message)),
      offer: (message: Message) => void (isEnded || far.offer(message)),
      end: () => {
        if (!isEnded) this.#end(work, undefined);
        end(undefined);
      },
      fail,
    };
    const guarded = (step: () => void): void => {
      if (isEnded) return;
      try {
        this.#run(work, step);
      } catch (error) {
        fail(error);
      }
    };
    try {
      const handler = this.#admit(work, undefined) as BidiStreamHandler<Message, Message>;
      const inlet = this.#run(work, () => handler(outlet, call));
      call.signal.addEventListener("abort", () => fail(call.signal.reason), { once: true });
      return {
        receive: (request) => guarded(() => inlet.receive(request)),
        receiveMalformed: (refusal) => guarded(() => inlet.receiveMalformed(refusal)),
        close: () => guarded(() => inlet.close()),
      };
    } catch (error) {
      fail(error);
      return undefined;
    }
  }

  /** Takes no further RPC. Resolves when those that run have ended. */
  async drain(): Promise<void> {
    this.#draining.abort();
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Stops the RPCs that still run. */
  abortAll(): void {
    for (const call of this.#running) call.abort(SHUTTING_DOWN);
  }

  /** RPCs in progress. */
  get runningCount(): number {
    return this.#running.size;
  }

  #begin(method: DescMethod, call: ServerCall): Work {
    call.method = method.name;
    call.onRefusal = this.#options.onRefusal;
    const span = this.#options.tracing ? startServerSpan(method, call) : undefined;
    return { method, call, span, startMs: this.#options.clock.monotonicMs() };
  }

  /** The handler of an RPC that may be answered. @throws otherwise */
  #admit({ method, call }: Work, request: unknown): unknown {
    if (this.#draining.signal.aborted) throw new RpcError(SHUTTING_DOWN);
    this.#running.add(call);
    call.draining = this.#draining.signal;
    // The table holds a handler for every RPC of the contract: its type is checked where it is made.
    const handler = this.#options.handlers[method.parent.typeName]![method.localName];
    const { authenticate, authenticateAdmin } = this.#options;
    const isAdmin = method.parent.typeName === AdminService.typeName;
    const caller = (isAdmin ? authenticateAdmin : authenticate)(call.metadata("authorization"));
    if ("kind" in caller) throw new RefusalError(caller);
    call.caller = caller;
    if (request instanceof MalformedRequest) throw new RefusalError(request.refusal);
    return handler;
  }

  #run<T>({ call, span }: Work, step: () => T): T {
    const scoped = () => callScope.run(call, step);
    return span === undefined ? scoped() : span.run(scoped);
  }

  #fail(work: Work, error: unknown): RpcError {
    const status = this.#statusOf(work.call, error);
    if (status.code === "INTERNAL") {
      const path = `${work.method.parent.typeName}/${work.method.name}`;
      this.#run(work, () => this.#options.logger.error({ err: error, method: path }, "internal error"));
    }
    this.#end(work, status);
    return new RpcError(status);
  }

  #statusOf(call: ServerCall, error: unknown): RpcStatus {
    const known = statusOfError(error);
    const { abortStatus } = call;
    // What a handler says after its deadline may know more (which attempts were made, which limit stood in the way);
    // who was stopped otherwise, or says no more than that it was, has nothing of interest to say.
    const knowsMore = known !== undefined && known.code !== "CANCELLED";
    if (abortStatus !== undefined && !(knowsMore && abortStatus.code === "DEADLINE_EXCEEDED")) {
      return abortStatus;
    }
    if (known !== undefined) return known;
    call.requestId ??= makeId("req");
    return statusOfDefect(call.traceId ?? call.requestId);
  }

  #end(work: Work, status: RpcStatus | undefined): void {
    const { method, call, span, startMs } = work;
    call.end();
    span?.end(call, status);
    if (status?.reason !== undefined) call.noteRefusal(status.reason);
    const { logger, logRequests, clock } = this.#options;
    const level = logRequests ? "info" : "debug";
    if (logger.isLevelEnabled(level)) {
      this.#run(work, () =>
        logger[level](
          {
            method: `${method.parent.typeName}/${method.name}`,
            tenant: call.caller.tenant,
            code: status?.code ?? "OK",
            reason: status?.reason,
            duration_ms: Math.round(clock.monotonicMs() - startMs),
          },
          "call",
        ),
      );
    }
    this.#running.delete(call);
    if (this.#running.size === 0) this.#onIdle?.();
  }
}
