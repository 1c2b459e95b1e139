import { CAUSE, NO_CAUSES } from "../core/cause-set.ts";
import type { Clock } from "../core/clock.ts";
import type { Refusal } from "../core/refusal.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import { Place, type StartOption } from "./place.ts";
import { fullQueue, type QueueBounds } from "./queue-bounds.ts";
import { QueueNews } from "./queue-news.ts";
import { fullScopes } from "./scope.ts";
import { isBehindClaims } from "./scope-claims.ts";
import { waitCausesOf } from "./wait-causes.ts";
import { refuseQueueFull, refuseWait } from "./wait-refusal.ts";
import { type StartRequest, Waiter } from "./waiter.ts";

/**
 * Requests that wait: each stands in the queues of its options until the first of them lets it start, its deadline
 * comes, no queue can serve it in time any more, or its caller goes away.
 */
export class WaitingRoom {
  readonly #bounds: QueueBounds;
  readonly #deadlines: DeadlineTimer<Waiter>;
  readonly #noteEnd = (): void => this.#deadlines.noteDead();
  readonly #news: QueueNews;

  constructor(clock: Clock, bounds: QueueBounds) {
    this.#news = new QueueNews(clock);
    this.#bounds = bounds;
    this.#deadlines = new DeadlineTimer({
      clock,
      deadlineOf: (waiter) => waiter.deadlineMs,
      isLive: (waiter) => waiter.isWaiting,
      onDue: endAtDeadline,
    });
  }

  /** Lets a request wait at those of its options that can serve it in time; refuses it when none can. */
  wait(request: StartRequest, options: readonly StartOption[], nowMs: number): Refusal | Waiter {
    const waiter = new Waiter(request, nowMs, this.#noteEnd);
    let refusal: Refusal | undefined;
    for (const option of options) {
      const outcome = this.#enter(waiter, option);
      refusal ??= outcome;
    }
    if (waiter.firstPlace === undefined) return refusal!;
    this.#deadlines.add(waiter);
    for (let place: Place | undefined = waiter.firstPlace; place !== undefined; place = place.sibling) {
      if (waiter.isWaiting) place.option.pool.noteNewcomer(place, nowMs);
    }
    return waiter;
  }

  /** Takes a waiter out of one queue where it cannot start in time; refuses it when it stands in no other. */
  giveUp(place: Place, predictedWaitMs: number, nowMs: number): void {
    const { waiter, option } = place;
    if (waiter.deadlineMs < nowMs) {
      refuseLate(waiter);
      return;
    }
    option.pool.leave(place);
    waiter.giveUp(place);
    if (waiter.firstPlace !== undefined) return;
    waiter.end(
      refuseWait({
        pool: option.pool,
        deployment: option.deployment,
        causes: waiter.causes,
        scopes: fullScopes(option.scopes, nowMs, option.amounts),
        predictedWaitMs,
        acceptedWaitMs: waiter.deadlineMs - nowMs,
      }),
    );
  }

  close(): void {
    this.#deadlines.close();
    this.#news.close();
  }

  /** Puts a waiter into one queue, unless it is full or the turn there would come too late. */
  #enter(waiter: Waiter, option: StartOption): Refusal | undefined {
    const { acceptedWaitMs, enqueuedMs: nowMs } = waiter;
    const { pool, deployment, amounts } = option;
    const full = fullQueue(pool, waiter.request.tenant, amounts, this.#bounds);
    if (full !== undefined) {
      return refuseQueueFull(pool, full, pool.usage.earliestMs(nowMs, amounts, true) - nowMs);
    }
    const place = new Place(waiter, option);
    const planned = pool.enter(place, nowMs);
    const isBehind = planned.position > 1 || isBehindClaims(place, nowMs);
    const causes = waitCausesOf(option, nowMs) | (isBehind ? CAUSE.queue : NO_CAUSES);
    const predictedWaitMs = Math.max(0, planned.startMs - nowMs);
    if (place.flow === undefined) {
      const scopes = fullScopes(option.scopes, nowMs, amounts);
      return refuseWait({ pool, deployment, causes, scopes, predictedWaitMs, acceptedWaitMs });
    }
    waiter.join(place);
    waiter.causes |= causes;
    if (waiter.request.onQueued !== undefined) this.#news.follow(place, planned);
    waiter.request.onQueued?.({
      deployment,
      position: planned.position,
      predictedWaitMs,
      likelyWaitMs: planned.likelyMs === undefined ? undefined : Math.max(0, planned.likelyMs - nowMs),
    });
    return undefined;
  }
}

/** Who can start at this very instant does, before the timer of the queue has had its turn. */
function endAtDeadline(waiter: Waiter, nowMs: number): void {
  for (let place = waiter.firstPlace; place !== undefined; place = place.sibling) {
    if (waiter.isWaiting) place.option.pool.dispatch(nowMs);
  }
  if (waiter.isWaiting) refuseLate(waiter);
}

/** The deadline has come before the start. */
function refuseLate(waiter: Waiter): void {
  const { pool, deployment, scopes, amounts } = waiter.firstPlace!.option;
  waiter.end(
    refuseWait({
      pool,
      deployment,
      causes: waiter.causes,
      scopes: fullScopes(scopes, waiter.deadlineMs, amounts),
      predictedWaitMs: undefined,
      acceptedWaitMs: waiter.acceptedWaitMs,
    }),
  );
}
