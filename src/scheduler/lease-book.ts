import type { Clock } from "../core/clock.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import type { Lease } from "./lease.ts";

/** How long an ended slot is remembered at least, so that a repeated settlement gets the same answer. */
const REMEMBERED_MS = 3_600_000;
/** Most ended slots that are remembered; older ones are forgotten first. */
const MOST_REMEMBERED = 100_000;
/** Slots of one page, and the time after which another is begun. */
const PAGE_SIZE = 4_096;
const PAGE_MS = 600_000;

/** Slots granted one after the other. */
interface Page {
  readonly leases: Map<string, Lease>;
  readonly begunMs: number;
}

/**
 * All slots that are open, and for an hour those that have ended. They are kept on pages in the order of their grants
 * and forgotten by the page, so that a slot's whole life costs one entry.
 */
export class LeaseBook {
  readonly #clock: Clock;
  readonly #expiries: DeadlineTimer<Lease>;
  /** Oldest first; the last one is written to. */
  #pages: Page[];
  #kept = 0;
  /** Slots that are open now. */
  size = 0;

  /** `onExpired` is told of every open slot whose time is over; it ends the slot. */
  constructor(clock: Clock, onExpired: (lease: Lease, nowMs: number) => void) {
    this.#clock = clock;
    this.#pages = [{ leases: new Map(), begunMs: clock.monotonicMs() }];
    this.#expiries = new DeadlineTimer({
      clock,
      deadlineOf: (lease) => lease.expireMs,
      isLive: (lease) => lease.state === "granted",
      onDue: onExpired,
    });
  }

  /** The slots that are open now. */
  open(): Iterable<Lease> {
    return this.#expiries.live();
  }

  /** Takes in a slot, open or ended. */
  add(lease: Lease): void {
    this.#write(lease);
    if (lease.state !== "granted") return;
    this.size++;
    this.#expiries.add(lease);
  }

  /** A slot that is open or remembered. */
  find(id: string): Lease | undefined {
    for (let page = this.#pages.length - 1; page >= 0; page--) {
      const lease = this.#pages[page]!.leases.get(id);
      if (lease !== undefined) return lease;
    }
    return undefined;
  }

  /** Takes note that a slot that was open has ended now; its state says how. */
  end(lease: Lease, nowMs: number): void {
    this.size--;
    if (lease.state !== "expired") this.#expiries.noteDead();
    lease.expireMs = nowMs;
  }

  close(): void {
    this.#expiries.close();
  }

  #write(lease: Lease): void {
    let page = this.#pages[this.#pages.length - 1]!;
    if (page.leases.size >= PAGE_SIZE || lease.startMs >= page.begunMs + PAGE_MS) page = this.#turn();
    page.leases.set(lease.id, lease);
    this.#kept++;
  }

  /** Begins a page, and takes over to it what is still of use from the oldest that may be forgotten. */
  #turn(): Page {
    const nowMs = this.#clock.monotonicMs();
    const page: Page = { leases: new Map(), begunMs: nowMs };
    this.#pages.push(page);
    const oldest = this.#pages[0]!;
    const isTooMany = this.#kept - this.size > MOST_REMEMBERED;
    if (!isTooMany && oldest.begunMs + REMEMBERED_MS > nowMs) return page;
    this.#pages.shift();
    for (const lease of oldest.leases.values()) {
      const isNeeded = lease.state === "granted" || (!isTooMany && lease.expireMs + REMEMBERED_MS > nowMs);
      if (isNeeded) page.leases.set(lease.id, lease);
      else this.#kept--;
    }
    return page;
  }
}
