import type { Priority } from "../core/priority.ts";
import { seededRandom } from "../core/random.ts";
import { drawByShare, drawGapMs, drawTokens } from "./draw.ts";
import type { Stream, Workload } from "./workload/workload.ts";

/** A request as it comes in. */
export interface Arrival {
  /** Milliseconds from the start of the simulation. */
  readonly atMs: number;
  readonly tenant: string;
  readonly priority: Priority;
  readonly inputTokens: number;
  /** What the answer takes, unless something cuts it. */
  readonly outputTokens: number;
}

/**
 * The requests of a stream in order of time. They depend on seed, stream and tenants alone, so that two runs with
 * other limits meet the same traffic.
 */
export function* arrivalsOf(workload: Workload, stream: Stream): Generator<Arrival> {
  const random = seededRandom(workload.seed ^ hashOf(stream.name));
  let atMs = stream.fromMs;
  for (;;) {
    atMs += drawGapMs(random, stream.ratePerMs);
    if (atMs >= stream.untilMs) return;
    const sender = drawByShare(random, workload.tenants);
    yield {
      atMs,
      tenant: stream.tenant ?? sender.name,
      priority: drawByShare(random, stream.priorities).priority,
      inputTokens: drawTokens(random, stream.inputTokens),
      outputTokens: drawTokens(random, stream.outputTokens),
    };
  }
}

/** FNV-1a, so that each stream has numbers of its own and another stream's name does not change them. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
