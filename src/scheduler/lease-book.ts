import type { Clock, Timer } from "../core/clock.ts";
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

  constructor(begunMs: number) {
    this.begunMs = begunMs;
  }

  add(lease: Lease): void {
    this.leases.set(lease.id, lease);
    if (lease.state === "granted" && lease.expireMs < this.expireMs) this.expireMs = lease.expireMs;
  }

  /** Its slots that are open. */
  *open(): Generator<Lease> {
    for (const lease of this.leases.values()) if (lease.state === "granted") yield lease;
  }

  /** Looks anew when the next of its open slots expires. */
  lookAhead(): void {
    this.expireMs = Number.POSITIVE_INFINITY;
    for (const { expireMs } of this.open()) this.expireMs = Math.min(this.expireMs, expireMs);
  }
}

/**
 * All slots that are open, and for an hour those that have ended. They are kept on pages in the order of their grants,
 * and forgotten and looked through for those that expire by the page, so that a slot's whole life costs one entry.
 */
export class LeaseBook {
  readonly #clock: Clock;
  readonly #onExpired: (lease: Lease, nowMs: number) => void;
  /** Oldest first; the last one is written to. */
  #pages: Page[];
  #kept = 0;
  #timer: Timer | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  /** Slots that are open now. */
  size = 0;

  /** `onExpired` is told of every open slot whose time is over; it ends the slot. */
  constructor(clock: Clock, onExpired: (lease: Lease, nowMs: number) => void) {
    this.#clock = clock;
    this.#pages = [new Page(clock.monotonicMs())];
    this.#onExpired = onExpired;
  }

  /** The slots that are open now. */
  *open(): Generator<Lease> {
    for (const page of this.#pages) yield* page.open();
  }

  /** Takes in a slot, open or ended. */
  add(lease: Lease): void {
    let page = this.#pages[this.#pages.length - 1]!;
    if (page.leases.size >= PAGE_SIZE || lease.startMs >= page.begunMs + PAGE_MS) page = this.#turn();
    page.add(lease);
    this.#kept++;
    if (lease.state !== "granted") return;
    this.size++;
    if (page.expireMs < this.#timerMs) this.#arm(page.expireMs);
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
    lease.expireMs = nowMs;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #arm(atMs: number): void {
    this.#timer?.cancel();
    this.#timerMs = atMs;
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.after(atMs - this.#clock.monotonicMs(), () => this.#expireDue());
  }

  #expireDue(): void {
    const nowMs = this.#clock.monotonicMs();
    const pages = this.#pages.filter(({ expireMs }) => expireMs <= nowMs);
    const isDue = ({ state, expireMs }: Lease): boolean => state === "granted" && expireMs <= nowMs;
    const due = pages.flatMap((page) => [...page.open()].filter(isDue));
    due.sort((left, right) => left.expireMs - right.expireMs);
    for (const lease of due) if (isDue(lease)) this.#onExpired(lease, nowMs);
    for (const page of pages) page.lookAhead();
    this.#arm(Math.min(...this.#pages.map(({ expireMs }) => expireMs)));
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
    for (const lease of oldest.leases.values()) {
      const isNeeded = lease.state === "granted" || (!isTooMany && lease.expireMs + REMEMBERED_MS > nowMs);
      if (isNeeded) page.add(lease);
      else this.#kept--;
    }
    return page;
  }
}
