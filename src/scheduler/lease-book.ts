import type { Clock, Timer } from "../core/clock.ts";
import { DeadlineHeap } from "./deadline-heap.ts";
import type { Lease } from "./lease.ts";

/** How long the end of a slot is remembered, so that a repeated settlement gets the same answer. */
const REMEMBERED_MS = 3_600_000;
/** Most ended slots that are remembered; older ones are forgotten first. */
const MOST_REMEMBERED = 200_000;

/** All slots that are open, and for an hour those that have ended. */
export class LeaseBook {
  readonly #clock: Clock;
  readonly #onExpired: (lease: Lease, nowMs: number) => void;
  readonly #open = new Map<string, Lease>();
  readonly #ended = new Map<string, { lease: Lease; untilMs: number }>();
  readonly #expiries = new DeadlineHeap<Lease>(
    (lease) => lease.expireMs,
    (lease) => lease.state === "granted",
  );
  #timer: Timer | undefined;
  #timerMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, onExpired: (lease: Lease, nowMs: number) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Slots that are open now. */
  get size(): number {
    return this.#open.size;
  }

  add(lease: Lease): void {
    this.#open.set(lease.id, lease);
    this.#expiries.push(lease);
    if (lease.expireMs < this.#timerMs) this.#arm();
  }

  /** Says that an open slot expires at another time than before. */
  renewed(lease: Lease): void {
    if (lease.expireMs >= this.#timerMs) return;
    this.#expiries.push(lease);
    this.#arm();
  }

  /** A slot that is open or remembered. */
  find(id: string): Lease | undefined {
    return this.#open.get(id) ?? this.#ended.get(id)?.lease;
  }

  /** Moves an open slot to the ended ones; its state says how it ended. */
  end(lease: Lease, nowMs: number): void {
    if (this.#open.delete(lease.id)) this.#expiries.noteDead();
    this.#ended.set(lease.id, { lease, untilMs: nowMs + REMEMBERED_MS });
    for (const [id, { untilMs }] of this.#ended) {
      if (untilMs > nowMs && this.#ended.size <= MOST_REMEMBERED) break;
      this.#ended.delete(id);
    }
  }

  close(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer?.cancel();
    const nextMs = this.#expiries.nextMs();
    this.#timerMs = nextMs ?? Number.POSITIVE_INFINITY;
    if (nextMs === undefined) return;
    this.#timer = this.#clock.after(nextMs - this.#clock.monotonicMs(), () => this.#expire());
  }

  #expire(): void {
    const nowMs = this.#clock.monotonicMs();
    for (
      let lease = this.#expiries.popDue(nowMs);
      lease !== undefined;
      lease = this.#expiries.popDue(nowMs)
    ) {
      this.#open.delete(lease.id);
      this.#onExpired(lease, nowMs);
    }
    this.#arm();
  }
}
