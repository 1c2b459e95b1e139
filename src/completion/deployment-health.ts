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
import { type LatencyWindow, latencyQuantile, noteLatency } from "../fallback/latency-window.ts";
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
  readonly #latencies: Readonly<Record<AnswerKind, Map<string, LatencyWindow>>> = {
    whole: new Map(),
    streamed: new Map(),
  };

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
    const whole = this.#latencies.whole.get(deployment) ?? [];
    const streamed = this.#latencies.streamed.get(deployment) ?? [];
    const window = whole.length === 0 ? streamed : [...whole, ...streamed];
    return latencyQuantile(window, this.#clock.monotonicMs() - LATENCY_MEMORY_MS, LATENCY_PART);
  }

  /**
   * The time in which `part` (0 to 1) of the recent calls of this kind had a first token, or an answer. Undefined: there
   * were too few of them to say.
   */
  usualLatencyMs(deployment: string, kind: AnswerKind, part: number): number | undefined {
    const window = this.#latencies[kind].get(deployment) ?? [];
    const sinceMs = this.#clock.monotonicMs() - LATENCY_MEMORY_MS;
    const recent = window.filter(({ atMs }) => atMs >= sinceMs);
    return recent.length < MIN_USUAL_CALLS ? undefined : latencyQuantile(recent, sinceMs, part);
  }

  /** Asks the breaker whether a call may be made now. Whoever may must tell how it ended. */
  mayCall(deployment: string): Passage {
    const known = this.#breakers.get(deployment);
    if (known === undefined) return "call";
    const { passage, breaker } = beforeCall(known, this.#clock.monotonicMs(), RULES);
    this.#setBreaker(deployment, known, breaker);
    return passage;
  }

  /** `reason` undefined: it was answered. `latencyMs`: to the first token, or to the answer. */
  callEnded(
    deployment: string,
    end: {
      readonly passage: "call" | "probe";
      readonly reason: AttemptErrorReason | undefined;
      readonly kind: AnswerKind;
      readonly latencyMs: number;
    },
  ): void {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#breakers.get(deployment) ?? CLOSED_BREAKER;
    const signal = breakerSignal(end.reason);
    this.#setBreaker(deployment, known, afterCall(known, { passage: end.passage, signal, nowMs }, RULES));
    if (end.reason !== undefined) return;
    const latencies = this.#latencies[end.kind];
    latencies.set(deployment, noteLatency(latencies.get(deployment) ?? [], nowMs, end.latencyMs));
  }

  #setBreaker(deployment: string, before: Breaker, after: Breaker): void {
    this.#breakers.set(deployment, after);
    if (before.kind !== after.kind) this.#onBreaker(deployment, after.kind);
  }
}
