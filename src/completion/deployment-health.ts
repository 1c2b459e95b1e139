import type { AttemptErrorReason } from "../core/attempt-error.ts";
import type { Clock } from "../core/clock.ts";
import {
  afterCall,
  type Breaker,
  beforeCall,
  CLOSED_BREAKER,
  DEFAULT_BREAKER_RULES,
  type Passage,
  viewOf,
} from "../fallback/breaker/breaker.ts";
import { breakerSignal } from "../fallback/breaker/breaker-signal.ts";
import { LatencyWindow } from "../fallback/latency-window.ts";
import type { BreakerView } from "../fallback/snapshot.ts";

/** Latencies older than this say nothing about now. */
const LATENCY_MEMORY_MS = 300_000;
/** The part of calls whose latency routing goes by. */
const LATENCY_PART = 0.9;
const RULES = DEFAULT_BREAKER_RULES;

/** Below so many calls nobody can say what is usual. */
const MIN_USUAL_CALLS = 10;

/** How a call is answered; the time to a whole answer says nothing about that to a first token. */
type AnswerKind = "whole" | "streamed";

/** How each deployment has done lately: its breaker and its latencies. */
export class DeploymentHealth {
  readonly #clock: Clock;
  readonly #onBreaker: (deployment: string, state: Breaker["kind"]) => void;
  readonly #breakers = new Map<string, Breaker>();
  readonly #latencies: Readonly<Record<AnswerKind | "any", Map<string, LatencyWindow>>> = {
    any: new Map(),
    whole: new Map(),
    streamed: new Map(),
  };

  /** Those whose last stream broke off after its first token. */
  readonly #breakingOff = new Set<string>();

  /** `onBreaker` is told of each breaker that changes its state. */
  constructor(clock: Clock, onBreaker: (deployment: string, state: Breaker["kind"]) => void = () => {}) {
    this.#clock = clock;
    this.#onBreaker = onBreaker;
  }

  breaker(deployment: string): BreakerView {
    return viewOf(this.#breakers.get(deployment) ?? CLOSED_BREAKER, this.#clock.monotonicMs(), RULES);
  }

  /** A high quantile of recent times to the first token, or to the answer. Undefined: not measured lately. */
  latencyMs(deployment: string): number | undefined {
    return this.#latencies.any.get(deployment)?.quantile(this.#latenciesSinceMs(), LATENCY_PART);
  }

  /**
   * The time in which `part` (0 to 1) of the recent calls of this kind had a first token, or an answer. Undefined: there
   * were too few of them to say.
   */
  usualLatencyMs(deployment: string, kind: AnswerKind, part: number): number | undefined {
    const latencies = this.#latencies[kind].get(deployment);
    const sinceMs = this.#latenciesSinceMs();
    if (latencies === undefined || latencies.countSince(sinceMs) < MIN_USUAL_CALLS) return undefined;
    return latencies.quantile(sinceMs, part);
  }

  /**
   * Whether the last stream that ended here, well or badly, had begun and broke off. Until one is whole again the next
   * may do the same, and what the caller has seen of it could not be begun elsewhere.
   */
  breaksOff(deployment: string): boolean {
    return this.#breakingOff.has(deployment);
  }

  /** Asks the breaker whether a call may be made now. Whoever may must tell how it ended. */
  mayCall(deployment: string): Passage {
    const known = this.#breakers.get(deployment);
    if (known === undefined) return "call";
    const { passage, breaker } = beforeCall(known, this.#clock.monotonicMs(), RULES);
    this.#setBreaker(deployment, known, breaker);
    return passage;
  }

  /**
   * `reason` undefined: it was answered. `hadBegun`: the first token had come. `latencyMs`: to the first token, or to the
   * answer.
   */
  callEnded(
    deployment: string,
    end: {
      readonly passage: "call" | "probe";
      readonly reason: AttemptErrorReason | undefined;
      readonly kind: AnswerKind;
      readonly hadBegun: boolean;
      readonly latencyMs: number;
    },
  ): void {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#breakers.get(deployment) ?? CLOSED_BREAKER;
    const signal = breakerSignal(end.reason);
    this.#setBreaker(deployment, known, afterCall(known, { passage: end.passage, signal, nowMs }, RULES));
    if (signal === "failure" && end.hadBegun) this.#breakingOff.add(deployment);
    if (end.reason !== undefined) return;
    if (end.kind === "streamed") this.#breakingOff.delete(deployment);
    this.#noteLatency("any", deployment, nowMs, end.latencyMs);
    this.#noteLatency(end.kind, deployment, nowMs, end.latencyMs);
  }

  #noteLatency(kind: AnswerKind | "any", deployment: string, nowMs: number, latencyMs: number): void {
    const windows = this.#latencies[kind];
    let window = windows.get(deployment);
    if (window === undefined) {
      window = new LatencyWindow();
      windows.set(deployment, window);
    }
    window.note(nowMs, latencyMs);
  }

  #latenciesSinceMs(): number {
    return this.#clock.monotonicMs() - LATENCY_MEMORY_MS;
  }

  #setBreaker(deployment: string, before: Breaker, after: Breaker): void {
    this.#breakers.set(deployment, after);
    if (before.kind !== after.kind) this.#onBreaker(deployment, after.kind);
  }
}
