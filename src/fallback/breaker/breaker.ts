import type { BreakerView } from "../snapshot.ts";
import { type FailureWindow, noteCall, totalsOf } from "./failure-window.ts";

/** The breaker of one deployment. Times are those of the monotonic clock, in milliseconds. */
export type Breaker =
  /** Calls pass, and their ends are counted. */
  | { readonly kind: "closed"; readonly window: FailureWindow; readonly consecutiveFailures: number }
  /** No call passes before `untilMs`. `openings`: how often it opened since it was closed, this time included. */
  | { readonly kind: "open"; readonly untilMs: number; readonly openings: number }
  /** One call passes as a probe. `probeSinceMs`: when the one on its way began; undefined: none is. */
  | { readonly kind: "half_open"; readonly openings: number; readonly probeSinceMs: number | undefined };

/** When a breaker opens, and for how long. */
export interface BreakerRules {
  /** Failures without a success between them that open it; at least 1. */
  readonly consecutiveFailures: number;
  /** Part of failed calls in the window that opens it, above 0 to 1. */
  readonly failureRate: number;
  /** Calls in the window below which the rate says nothing; at least 1. */
  readonly minCalls: number;
  readonly windowMs: number;
  /** How long it stays open the first time; each failed probe doubles it. */
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** A probe of which nothing was heard for so long is given up. */
  readonly probeTimeoutMs: number;
}

export const DEFAULT_BREAKER_RULES: BreakerRules = {
  consecutiveFailures: 5,
  failureRate: 0.5,
  minCalls: 20,
  windowMs: 60_000,
  openMs: 5_000,
  maxOpenMs: 60_000,
  probeTimeoutMs: 600_000,
};

export const CLOSED_BREAKER: Breaker = { kind: "closed", window: [], consecutiveFailures: 0 };

/** How a call passes; `no`: not at all, and nothing may be sent. */
export type Passage = "call" | "probe" | "no";

/** How a call ended, for the breaker. `nothing`: it says nothing about the deployment, as when the caller went away. */
export type BreakerSignal = "success" | "failure" | "nothing";

/** Asks to make a call now. Whoever gets `probe` must tell its end by {@link afterCall}, whatever happens. */
export function beforeCall(
  breaker: Breaker,
  nowMs: number,
  rules: BreakerRules,
): { readonly passage: Passage; readonly breaker: Breaker } {
  if (breaker.kind === "closed") return { passage: "call", breaker };
  if (breaker.kind === "open" && nowMs < breaker.untilMs) return { passage: "no", breaker };
  if (isProbing(breaker, nowMs, rules)) return { passage: "no", breaker };
  return {
    passage: "probe",
    breaker: { kind: "half_open", openings: breaker.openings, probeSinceMs: nowMs },
  };
}

/** The breaker after a call that passed as `call` or `probe` has ended. */
export function afterCall(
  breaker: Breaker,
  end: { readonly passage: "call" | "probe"; readonly signal: BreakerSignal; readonly nowMs: number },
  rules: BreakerRules,
): Breaker {
  if (breaker.kind === "closed")
    return end.signal === "nothing" ? breaker : afterClosedCall(breaker, end, rules);
  // A call from before the opening says nothing about the deployment of now.
  if (breaker.kind === "open" || end.passage === "call") return breaker;
  if (end.signal === "success") return CLOSED_BREAKER;
  if (end.signal === "nothing") return { ...breaker, probeSinceMs: undefined };
  return opened(breaker.openings + 1, end.nowMs, rules);
}

/** The breaker as routing sees it: an open one whose time is over counts as half-open. */
export function viewOf(breaker: Breaker, nowMs: number, rules: BreakerRules): BreakerView {
  if (breaker.kind === "closed") return { kind: "closed" };
  if (breaker.kind === "open" && nowMs < breaker.untilMs) {
    return { kind: "open", retryAfterMs: breaker.untilMs - nowMs };
  }
  return { kind: "half_open", probing: isProbing(breaker, nowMs, rules) };
}

function isProbing(breaker: Breaker, nowMs: number, { probeTimeoutMs }: BreakerRules): boolean {
  if (breaker.kind !== "half_open" || breaker.probeSinceMs === undefined) return false;
  return nowMs < breaker.probeSinceMs + probeTimeoutMs;
}

function afterClosedCall(
  breaker: Breaker & { kind: "closed" },
  { signal, nowMs }: { readonly signal: BreakerSignal; readonly nowMs: number },
  rules: BreakerRules,
): Breaker {
  const failed = signal === "failure";
  const window = noteCall(breaker.window, { nowMs, windowMs: rules.windowMs, failed });
  const consecutiveFailures = failed ? breaker.consecutiveFailures + 1 : 0;
  const { calls, failures } = totalsOf(window);
  const tooMany = failed && calls >= rules.minCalls && failures >= calls * rules.failureRate;
  if (consecutiveFailures >= rules.consecutiveFailures || tooMany) return opened(1, nowMs, rules);
  return { kind: "closed", window, consecutiveFailures };
}

function opened(openings: number, nowMs: number, { openMs, maxOpenMs }: BreakerRules): Breaker {
  return { kind: "open", untilMs: nowMs + Math.min(maxOpenMs, openMs * 2 ** (openings - 1)), openings };
}
