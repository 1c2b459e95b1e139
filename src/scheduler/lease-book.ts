import type { Clock } from "../core/clock.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import { EndedLeases } from "./ended-leases.ts";
import type { Lease } from "./lease.ts";

/** All slots that are open, and for an hour those that have ended. */
export class LeaseBook {
  readonly #open = new Map<string, Lease>();
  readonly #ended = new EndedLeases();
  readonly #expiries: DeadlineTimer<Lease>;

  /** `onExpired` is told of every open slot whose time is over; it ends the slot. */
  constructor(clock: Clock, onExpired: (lease: Lease, nowMs: number) => void) {
    this.#expiries = new DeadlineTimer({
      clock,
      deadlineOf: (lease) => lease.expireMs,
      isLive: (lease) => lease.state === "granted",
      onDue: onExpired,
    });
  }

  /** Slots that are open now. */
  get size(): number {
    return this.#open.size;
  }

  /** The slots that are open now. */
  open(): Iterable<Lease> {
    return this.#open.values();
  }

  add(lease: Lease): void {
    this.#open.set(lease.id, lease);
    this.#expiries.add(lease);
  }

  /** A slot that is open or remembered. */
  find(id: string): Lease | undefined {
    return this.#open.get(id) ?? this.#ended.find(id);
  }

  /** Puts a slot among the ended ones, if it is not there yet; its state says how it ended. */
  end(lease: Lease, nowMs: number): void {
    const wasOpen = this.#open.delete(lease.id);
    if (wasOpen && lease.state !== "expired") this.#expiries.noteDead();
    this.#ended.add(lease, nowMs);
  }

  close(): void {
    this.#expiries.close();
  }
}
