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

/** How each deployment has done lately: its breaker and its latencies. */
export class DeploymentHealth {
  readonly #clock: Clock;
  readonly #breakers = new Map<string, Breaker>();
  readonly #latencies = new Map<string, LatencyWindow>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  breaker(deployment: string): BreakerView {
    return viewOf(this.#breakers.get(deployment) ?? CLOSED_BREAKER, this.#clock.monotonicMs(), RULES);
  }

  /** A high quantile of recent times to the first token, or to the answer. Undefined: not measured lately. */
  latencyMs(deployment: string): number | undefined {
    const window = this.#latencies.get(deployment);
    const sinceMs = this.#clock.monotonicMs() - LATENCY_MEMORY_MS;
    return window && latencyQuantile(window, sinceMs, LATENCY_PART);
  }

  /** Asks the breaker whether a call may be made now. Whoever may must tell how it ended. */
  mayCall(deployment: string): Passage {
    const known = this.#breakers.get(deployment);
    if (known === undefined) return "call";
    const { passage, breaker } = beforeCall(known, this.#clock.monotonicMs(), RULES);
    this.#breakers.set(deployment, breaker);
    return passage;
  }

  /** `reason` undefined: it was answered. `latencyMs`: to the first token, or to the answer. */
  callEnded(
    deployment: string,
    end: {
      readonly passage: "call" | "probe";
      readonly reason: AttemptErrorReason | undefined;
      readonly latencyMs: number;
    },
  ): void {
    const nowMs = this.#clock.monotonicMs();
    const breaker = this.#breakers.get(deployment) ?? CLOSED_BREAKER;
    const signal = breakerSignal(end.reason);
    this.#breakers.set(deployment, afterCall(breaker, { passage: end.passage, signal, nowMs }, RULES));
    if (end.reason !== undefined) return;
    const window = this.#latencies.get(deployment) ?? [];
    this.#latencies.set(deployment, noteLatency(window, nowMs, end.latencyMs));
  }
}
