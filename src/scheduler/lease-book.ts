import type { Clock } from "../core/clock.ts";
import { TurnoverMap } from "../core/turnover-map.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import type { Lease } from "./lease.ts";

/** How long a slot that has expired is remembered at least: what was called in it may yet be told. */
const REMEMBERED_MS = 3_600_000;
/** Most slots that are remembered after they have expired; older ones are forgotten first. */
const MOST_REMEMBERED = 100_000;
/** Slots of one page, and the time after which another is begun. */
const PAGE_SIZE = 4_096;
const PAGE_MS = 600_000;
/** A page with fewer than this is given up, and what is left of it goes to the next one. */
const FEW = PAGE_SIZE / 4;
/** With two for each that is begun, pages become fewer when slots do. */
const MOST_GIVEN_UP = 2;

/** Slots granted one after the other, as far as they are kept. */
class Page {
  readonly leases = new TurnoverMap<string, Lease>();
  readonly begunMs: number;
  /** Slots that were ever written to it. */
  written = 0;
  /** No open slot of the page expires before. */
  expireMs = Number.POSITIVE_INFINITY;
  /** That time has come: each slot that was open then, or came later, has a deadline of its own. */
  isOver = false;

  constructor(begunMs: number) {
    this.begunMs = begunMs;
  }
}

/**
 * All slots that are open, and for an hour those that have expired. They are kept on pages in the order of their grants,
 * so that a slot's whole life costs one entry: a page has one deadline, that of its first slot to expire, and only what
 * is still open by then is timed one by one.
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
    if (page.written >= PAGE_SIZE || lease.startMs >= page.begunMs + PAGE_MS) page = this.#turn();
    this.#write(page, lease);
    this.#kept++;
    if (lease.state === "granted") this.size++;
  }

  /** A slot that is open or remembered. */
  find(id: string): Lease | undefined {
    for (let index = this.#pages.length - 1; index >= 0; index--) {
      const lease = this.#pages[index]!.leases.get(id);
      if (lease !== undefined) return lease;
    }
    return undefined;
  }

  /** Takes note that a slot that was open has expired now, and remembers it. */
  expire(lease: Lease, nowMs: number): void {
    this.size--;
    this.#expiries.noteDead();
    lease.expireMs = nowMs;
  }

  /** Lets go of a slot that was settled or released; one that has expired may be forgotten already. */
  remove({ id }: Lease, wasOpen: boolean): void {
    for (let index = this.#pages.length - 1; index >= 0; index--) {
      if (!this.#pages[index]!.leases.delete(id)) continue;
      this.#kept--;
      break;
    }
    if (!wasOpen) return;
    this.size--;
    this.#expiries.noteDead();
  }

  close(): void {
    this.#expiries.close();
  }

  #write(page: Page, lease: Lease): void {
    page.leases.set(lease.id, lease);
    page.written++;
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

  /** Begins a page, and gives up the oldest one when its time is over, and others on which little is left. */
  #turn(): Page {
    const nowMs = this.#clock.monotonicMs();
    const page = new Page(nowMs);
    const [oldest] = this.#pages;
    const isTooMany = this.#kept - this.size > MOST_REMEMBERED;
    const isDue = isTooMany || oldest!.begunMs + REMEMBERED_MS <= nowMs;
    const givenUp = this.#pages
      .filter((other) => (isDue && other === oldest) || other.leases.size < FEW)
      .slice(0, MOST_GIVEN_UP);
    this.#pages = [...this.#pages.filter((other) => !givenUp.includes(other)), page];
    for (const other of givenUp) this.#giveUp(other, page, isTooMany && other === oldest ? 0 : REMEMBERED_MS);
    return page;
  }

  /** Takes over what is still of use on another page: what is open, or has expired less than `rememberedMs` ago. */
  #giveUp(old: Page, page: Page, rememberedMs: number): void {
    if (!old.isOver) this.#expiries.noteDead();
    old.isOver = true;
    for (const [, lease] of old.leases) {
      const isNeeded = lease.state === "granted" || lease.expireMs + rememberedMs > page.begunMs;
      if (isNeeded) this.#write(page, lease);
      else this.#kept--;
    }
  }
}

function* openOn({ leases }: Page): Generator<Lease> {
  for (const [, lease] of leases) if (lease.state === "granted") yield lease;
}
