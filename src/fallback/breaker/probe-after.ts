import type { BreakerView } from "../snapshot.ts";

/** While a probe is on its way nobody knows when the breaker closes; this is when it is worth asking again. */
const WHILE_PROBING_MS = 1_000;

/** When a deployment behind this breaker is worth asking for again, in milliseconds from now. */
export function probeAfterMs(breaker: BreakerView): number {
  if (breaker.kind === "open") return breaker.retryAfterMs;
  return breaker.kind === "half_open" && breaker.probing ? WHILE_PROBING_MS : 0;
}
