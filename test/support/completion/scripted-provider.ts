import { AttemptError, type AttemptErrorReason } from "../../../src/core/attempt-error.ts";
import type { Clock } from "../../../src/core/clock.ts";
import { sleep } from "../../../src/core/sleep.ts";
import type { TokenUsage } from "../../../src/core/usage.ts";
import type {
  Provider,
  ProviderAnswer,
  ProviderCall,
  ProviderEvent,
} from "../../../src/providers/provider.ts";

/** What a provider does with one call, `afterMs` after it came. */
export type Line =
  | { readonly kind: "answer"; readonly afterMs: number; readonly isUsageUnreported?: boolean }
  | { readonly kind: "fail"; readonly afterMs: number; readonly reason: AttemptErrorReason }
  /** Breaks off `restMs` after the first piece, default at once; a call that is not streamed fails by CONNECTION. */
  | { readonly kind: "cut"; readonly afterMs: number; readonly restMs?: number }
  /** Nothing comes until the time limit of the call. */
  | { readonly kind: "hang" };

/** What each answer takes. Called estimated, so that nobody learns from it how large a request really is. */
const USAGE: TokenUsage = { inputTokens: 5, outputTokens: 5, estimated: true };

/** A call as it was seen. */
export interface SeenCall {
  readonly deployment: string;
  readonly call: ProviderCall;
  readonly startMs: number;
  /** Undefined: it runs. */
  endMs: number | undefined;
  /** Undefined: it runs, or has answered. */
  failedWith: AttemptErrorReason | undefined;
}

/** A provider without a network that goes through its lines, over and over. */
export class ScriptedProvider implements Provider {
  readonly #clock: Clock;
  readonly #deployment: string;
  readonly #lineOf: (callIndex: number) => Line;
  readonly #onCall: (seen: SeenCall) => void;
  #callCount = 0;

  constructor(options: {
    clock: Clock;
    deployment: string;
    lineOf: (callIndex: number) => Line;
    onCall: (seen: SeenCall) => void;
  }) {
    this.#clock = options.clock;
    this.#deployment = options.deployment;
    this.#lineOf = options.lineOf;
    this.#onCall = options.onCall;
  }

  async complete(call: ProviderCall): Promise<ProviderAnswer> {
    const { seen, line } = this.#begin(call);
    try {
      await this.#play(line, call);
      if (line.kind === "cut") throw new AttemptError("CONNECTION", "cut");
      return this.#answerOf(line);
    } catch (error) {
      seen.failedWith = (error as AttemptError).reason;
      throw error;
    } finally {
      seen.endMs = this.#clock.monotonicMs();
    }
  }

  async *stream(call: ProviderCall): AsyncGenerator<ProviderEvent> {
    const { seen, line } = this.#begin(call);
    try {
      await this.#play(line, call);
      yield { kind: "started", headers: {} };
      yield { kind: "delta", text: this.#deployment };
      if (line.kind === "cut") {
        if (line.restMs !== undefined) await sleep(this.#clock, line.restMs, call.signal);
        throw new AttemptError("CONNECTION", "cut");
      }
      yield { kind: "done", answer: this.#answerOf(line) };
    } catch (error) {
      seen.failedWith = (error as AttemptError).reason;
      throw error;
    } finally {
      seen.endMs = this.#clock.monotonicMs();
    }
  }

  async close(): Promise<void> {}

  #begin(call: ProviderCall): { seen: SeenCall; line: Line } {
    const startMs = this.#clock.monotonicMs();
    const seen = { deployment: this.#deployment, call, startMs, endMs: undefined, failedWith: undefined };
    this.#onCall(seen);
    return { seen, line: this.#lineOf(this.#callCount++) };
  }

  async #play(line: Line, { signal, timeouts }: ProviderCall): Promise<void> {
    const limitMs = timeouts.totalMs;
    const afterMs = line.kind === "hang" ? limitMs : Math.min(line.afterMs, limitMs);
    if (!(await sleep(this.#clock, afterMs, signal))) throw new AttemptError("CANCELLED", "left");
    if (line.kind === "hang" || line.afterMs >= limitMs) throw new AttemptError("TIMEOUT", "too slow");
    if (line.kind === "fail") throw new AttemptError(line.reason, "scripted");
  }

  /** Says who answers. */
  #answerOf(line: Line): ProviderAnswer {
    const message = { role: "assistant", parts: [{ kind: "text", text: this.#deployment }] } as const;
    const isUnreported = line.kind === "answer" && line.isUsageUnreported === true;
    return { ...ANSWER, message, usage: isUnreported ? {} : USAGE };
  }
}

const ANSWER: Omit<ProviderAnswer, "message" | "usage"> = {
  finishReason: "stop",
  providerFinishReason: "stop",
  headers: {},
};
