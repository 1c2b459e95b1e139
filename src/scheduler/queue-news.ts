import type { Clock, Timer } from "../core/clock.ts";
import { type Foresight, foresee } from "./foresight.ts";
import type { Place } from "./place.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { PlannedStart } from "./queue-plan.ts";

/** Nobody is told more often; and a start that is planned this much earlier or later is news. */
const LEAST_PAUSE_MS = 500;
/** Long queues are looked through less often: this much later for each who waits. */
const PAUSE_MS_PER_WAITER = 0.05;
/** So many are played; those behind hear of it once they are among them. */
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

/** Whose place or planned start is another than it was told, among the first that wait. */
function changesOf(
  pool: PoolQueue,
  told: ReadonlyMap<Place, PlannedStart>,
  nowMs: number,
): { place: Place; planned: PlannedStart }[] {
  const { usage } = pool;
  const likely = new Map<Place, number>();
  if (usage.usualRatio !== undefined) {
    for (const { place, startMs } of firstOf(pool, nowMs, usage.usualRatio)) {
      if (told.has(place)) likely.set(place, startMs);
    }
  }
  const changes: { place: Place; planned: PlannedStart }[] = [];
  let position = 0;
  for (const { place, startMs } of firstOf(pool, nowMs, 1)) {
    position++;
    const last = told.get(place);
    if (last === undefined) continue;
    const isMoved = Math.abs(startMs - last.startMs) >= LEAST_PAUSE_MS;
    if (position === last.position && !isMoved) continue;
    const likelyMs = likely.get(place);
    const boundMs = likelyMs === undefined ? undefined : Math.min(startMs, likelyMs);
    changes.push({ place, planned: { startMs, likelyMs: boundMs, position } });
  }
  return changes;
}

function firstOf({ usage, queue }: PoolQueue, nowMs: number, ratio: number): Foresight["turns"] {
  return foresee({ usage, queue, nowMs, ratio, hopeful: undefined }, { most: MOST_PLAYED }).turns;
}
