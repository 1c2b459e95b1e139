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
class Page {
  readonly leases = new Map<string, Lease>();
  readonly begunMs: number;
  /** No open slot of the page expires before. */
  expireMs = Number.POSITIVE_INFINITY;
  /** That time has come: each slot that was open then, or came later, has a deadline of its own. */
  isOver = false;

  constructor(begunMs: number) {
    this.begunMs = begunMs;
  }
}

/**
 * All slots that are open, and for an hour those that have ended. They are kept on pages in the order of their grants
 * and forgotten by the page, so that a slot's whole life costs one entry: a page has one deadline, that of its first
 * slot to expire, and only what is still open by then is timed one by one.
 */
export class LeaseBook {
  readonly #clock: Clock;
  readonly #expiries: DeadlineTimer<Page | Lease>;
  /** Oldest first; the last one is written to. */
  #pages: Page[];
  #kept = 0;
  /** Slots that are open now. */
  size = 0;

  /** `onExpired` is told of every open slot whose time is over; it ends the slot. */
  constructor(clock: Clock, onExpired: (lease: Lease, nowMs: number) => void) {
    this.#clock = clock;
    this.#pages = [new Page(clock.monotonicMs())];
    this.#expiries = new DeadlineTimer({
      clock,
      deadlineOf: ({ expireMs }) => expireMs,
      isLive: (item) => (item instanceof Page ? !item.isOver : item.state === "granted"),
      onDue: (item, nowMs) => (item instanceof Page ? this.#timeSlots(item) : onExpired(item, nowMs)),
    });
  }

  /** The slots that are open now. */
  *open(): Generator<Lease> {
    for (const page of this.#pages) yield* openOn(page);
  }

  /** Takes in a slot, open or ended. */
  add(lease: Lease): void {
    let page = this.#pages[this.#pages.length - 1]!;
    if (page.leases.size >= PAGE_SIZE || lease.startMs >= page.begunMs + PAGE_MS) page = this.#turn();
    this.#write(page, lease);
    this.#kept++;
    if (lease.state === "granted") this.size++;
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
    this.#expiries.noteDead();
    lease.expireMs = nowMs;
  }

  close(): void {
    this.#expiries.close();
  }

  #write(page: Page, lease: Lease): void {
    page.leases.set(lease.id, lease);
    if (lease.state !== "granted") return;
    if (page.isOver) this.#expiries.add(lease);
    else if (lease.expireMs < page.expireMs) {
      page.expireMs = lease.expireMs;
      this.#expiries.add(page);
    }
  }

  #timeSlots(page: Page): void {
    page.isOver = true;
    for (const lease of openOn(page)) this.#expiries.add(lease);
  }

  /** Begins a page, and takes over to it what is still of use from the oldest that may be forgotten. */
  #turn(): Page {
    const nowMs = this.#clock.monotonicMs();
    const page = new Page(nowMs);
    this.#pages.push(page);
    const oldest = this.#pages[0]!;
    const isTooMany = this.#kept - this.size > MOST_REMEMBERED;
    if (!isTooMany && oldest.begunMs + REMEMBERED_MS > nowMs) return page;
    this.#pages.shift();
    oldest.isOver = true;
    for (const lease of oldest.leases.values()) {
      const isNeeded = lease.state === "granted" || (!isTooMany && lease.expireMs + REMEMBERED_MS > nowMs);
      if (isNeeded) this.#write(page, lease);
      else this.#kept--;
    }
    return page;
  }
}

function* openOn({ leases }: Page): Generator<Lease> {
  for (const lease of leases.values()) if (lease.state === "granted") yield lease;
}
