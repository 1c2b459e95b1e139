import type { Lease } from "./lease.ts";

/** How long the end of a slot is remembered, so that a repeated settlement gets the same answer. */
const REMEMBERED_MS = 3_600_000;
/** Most ended slots that are remembered; older ones are forgotten first. */
const MOST_REMEMBERED = 100_000;
/** Forgotten places at the front of the line are given back once they are this many. */
const COMPACTED = 4_096;

/** Slots that have ended, for an hour after. */
export class EndedLeases {
  readonly #byId = new Map<string, Lease>();
  /** In the order in which they ended. */
  #line: Lease[] = [];
  #endedMs: number[] = [];
  #head = 0;

  find(id: string): Lease | undefined {
    return this.#byId.get(id);
  }

  /** Remembers a slot; does nothing when it is remembered already. */
  add(lease: Lease, nowMs: number): void {
    if (this.#byId.has(lease.id)) return;
    this.#byId.set(lease.id, lease);
    this.#line.push(lease);
    this.#endedMs.push(nowMs);
    while (
      this.#line.length - this.#head > MOST_REMEMBERED ||
      this.#endedMs[this.#head]! + REMEMBERED_MS <= nowMs
    ) {
      this.#forgetOldest();
    }
  }

  #forgetOldest(): void {
    this.#byId.delete(this.#line[this.#head]!.id);
    this.#head++;
    if (this.#head < COMPACTED) return;
    this.#line = this.#line.slice(this.#head);
    this.#endedMs = this.#endedMs.slice(this.#head);
    this.#head = 0;
  }
}
