import type { Charge } from "./charge.ts";
import { UsualValue } from "./usual-value.ts";

/** The calls that hold a slot of a pool, and where their number is limited how long they usually do. */
export class OpenCalls {
  /** The most that may be open at a time; Infinity: as many as come. */
  cap = Number.POSITIVE_INFINITY;
  count = 0;
  /** The most that were open at a time. */
  peak = 0;
  /** Starts of the open calls by the numbers of their events, oldest first; those from before there was a cap are missing. */
  readonly #starts = new Map<number, number>();
  readonly #durationMs = new UsualValue();

  get isFull(): boolean {
    return !this.hasPlaces(1);
  }

  /** Whether so many more calls may be open. */
  hasPlaces(calls: number): boolean {
    return this.count + calls <= this.cap;
  }

  /** How long a call usually holds its place, in milliseconds; `undefined` before the first has ended. */
  get usualDurationMs(): number | undefined {
    return this.#durationMs.value;
  }

  add({ event, startMs }: Charge): void {
    this.count++;
    if (this.count > this.peak) this.peak = this.count;
    if (this.cap !== Number.POSITIVE_INFINITY) this.#starts.set(event, startMs);
  }

  /** Takes out a call that has ended at `nowMs`. */
  end(charge: Charge, nowMs: number): void {
    if (this.cap !== Number.POSITIVE_INFINITY) this.#durationMs.learn(nowMs - charge.startMs);
    this.remove(charge);
  }

  /** Takes out a call that was never made. */
  remove({ event }: Charge): void {
    this.count--;
    if (this.#starts.size > 0) this.#starts.delete(event);
  }

  /**
   * When each open call is expected to end, earliest first: after the time that calls usually take. Whoever takes longer,
   * or of whom nothing is known, is expected to end now.
   */
  expectedEndsMs(nowMs: number): number[] {
    const usualMs = this.#durationMs.value ?? 0;
    const unknown = Math.max(0, this.count - this.#starts.size);
    const ends: number[] = new Array(unknown).fill(nowMs);
    for (const startMs of this.#starts.values()) ends.push(Math.max(nowMs, startMs + usualMs));
    return ends;
  }

  /** When the next call is expected to find a place; `nowMs` when there is one. */
  expectedPlaceMs(nowMs: number): number {
    return this.isFull ? this.expectedEndsMs(nowMs)[this.count - this.cap]! : nowMs;
  }
}
