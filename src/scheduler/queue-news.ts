import type { Clock, Timer } from "../core/clock.ts";
import type { LookAhead } from "../tracker/look-ahead.ts";
import type { Place } from "./place.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { PlannedStart } from "./queue-plan.ts";
import { scopesEarliestMs } from "./scope.ts";

/** Nobody is told more often; and a start that is planned this much earlier or later is news. */
const LEAST_PAUSE_MS = 500;
/** Long queues are looked through less often: this much later for each who waits. */
const PAUSE_MS_PER_WAITER = 0.05;
/** Waiters whose start is played one by one; those behind are placed by the average distance of these. */
const MOST_PLAYED = 2_000;

/** Whom to tell in one pool, and what each was told last. */
interface Following {
  readonly told: Map<Place, PlannedStart>;
  timer: Timer;
}

/** Tells those who wait and want to know where they stand, each time that it has changed, at most twice a second. */
export class QueueNews {
  readonly #clock: Clock;
  readonly #pools = new Map<PoolQueue, Following>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on `place` is told, until it leaves its queue. It knows what was planned when it entered. */
  follow(place: Place, planned: PlannedStart): void {
    const { pool } = place.option;
    const known = this.#pools.get(pool);
    if (known !== undefined) known.told.set(place, planned);
    else this.#pools.set(pool, { told: new Map([[place, planned]]), timer: this.#nextLook(pool) });
  }

  /** Forgets everyone. */
  close(): void {
    for (const { timer } of this.#pools.values()) timer.cancel();
    this.#pools.clear();
  }

  #nextLook(pool: PoolQueue): Timer {
    const pauseMs = Math.max(LEAST_PAUSE_MS, pool.queue.size * PAUSE_MS_PER_WAITER);
    return this.#clock.after(pauseMs, () => this.#look(pool));
  }

  #look(pool: PoolQueue): void {
    const following = this.#pools.get(pool);
    if (following === undefined) return;
    const { told } = following;
    for (const place of told.keys()) if (place.flow === undefined) told.delete(place);
    if (told.size === 0) {
      this.#pools.delete(pool);
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    for (const { place, planned } of changesOf(pool, told, nowMs)) {
      told.set(place, planned);
      place.waiter.request.onQueued?.({
        deployment: place.option.deployment,
        position: planned.position,
        predictedWaitMs: Math.max(0, planned.startMs - nowMs),
        likelyWaitMs: planned.likelyMs === undefined ? undefined : Math.max(0, planned.likelyMs - nowMs),
      });
    }
    following.timer = this.#nextLook(pool);
  }
}

/** Whose place or planned start is another than it was told. */
function changesOf(
  pool: PoolQueue,
  told: ReadonlyMap<Place, PlannedStart>,
  nowMs: number,
): { place: Place; planned: PlannedStart }[] {
  const { usualRatio } = pool.usage;
  const full = new Play(pool.usage.lookAhead(nowMs, 1), nowMs);
  const likely =
    usualRatio === undefined ? undefined : new Play(pool.usage.lookAhead(nowMs, usualRatio), nowMs);
  const changes: { place: Place; planned: PlannedStart }[] = [];
  let position = 0;
  for (const place of pool.queue.inServiceOrder(nowMs)) {
    position++;
    const ownMs = full.startOf(place, position);
    const likelyMs = likely?.startOf(place, position);
    const last = told.get(place);
    if (last === undefined) continue;
    const scopesMs = scopesEarliestMs(place.option.scopes, nowMs, place.amounts);
    // Nobody knows when a settlement makes room in a scope: then the pool's own time is what is planned.
    const startMs = Number.isFinite(scopesMs) ? Math.max(ownMs, scopesMs) : ownMs;
    const isMoved = Math.abs(startMs - last.startMs) >= LEAST_PAUSE_MS;
    if (position === last.position && !isMoved) continue;
    const boundMs = likelyMs === undefined ? undefined : Math.min(startMs, likelyMs);
    changes.push({ place, planned: { startMs, likelyMs: boundMs, position } });
  }
  return changes;
}

/** The queue played on a copy of its pool, one after the other in the order of service. */
class Play {
  readonly #after: LookAhead;
  readonly #nowMs: number;
  #startMs: number;

  constructor(after: LookAhead, nowMs: number) {
    this.#after = after;
    this.#nowMs = nowMs;
    this.#startMs = nowMs;
  }

  startOf(place: Place, position: number): number {
    if (position > MOST_PLAYED) {
      return this.#nowMs + ((this.#startMs - this.#nowMs) * position) / MOST_PLAYED;
    }
    this.#startMs = this.#after.earliestMs(this.#startMs, place.amounts);
    this.#after.assume(this.#startMs, place.amounts);
    return this.#startMs;
  }
}
