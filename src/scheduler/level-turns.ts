import { PRIORITIES } from "../core/priority.ts";
import type { Place } from "./place.ts";

/** Whom a level would serve next. */
export interface Candidate {
  readonly place: Place;
  /** Since when the longest of those has waited who could be served now, in monotonic milliseconds. */
  readonly oldestSinceMs: number;
}

/** A tenant's waiters inside a level, as far as who is next goes. */
export interface Turn {
  /** Start tag of {@link head}. */
  readonly tag: number;
  /** Undefined: nobody waits. */
  readonly head: Place | undefined;
}

/** The next of a level among those that `mayStart` lets pass: the least start tag. */
export function nextOfLevel(
  turns: readonly Turn[],
  mayStart: (place: Place) => boolean,
): Candidate | undefined {
  let best: Place | undefined;
  let bestTag = 0;
  let oldestSinceMs = Number.POSITIVE_INFINITY;
  for (const { head, tag } of turns) {
    if (head === undefined || !mayStart(head)) continue;
    if (head.sinceMs < oldestSinceMs) oldestSinceMs = head.sinceMs;
    if (best !== undefined && tag >= bestTag) continue;
    best = head;
    bestTag = tag;
  }
  return best && { place: best, oldestSinceMs };
}

/**
 * Which level is next. A level whose longest waiter has waited `agingMs` counts as one higher, after twice as long as
 * two, and takes turns with the level that is there.
 */
export class LevelTurns {
  readonly #agingMs: number;
  /** The level that was served last: among equals it is the last to be served again. */
  #turn: number;

  constructor(agingMs: number, turn = PRIORITIES.length - 1) {
    this.#agingMs = agingMs;
    this.#turn = turn;
  }

  noteServed(level: number): void {
    this.#turn = level;
  }

  /** The level that another counts as, and as a fraction its turn among equals; the least is next. */
  rank(level: number, oldestSinceMs: number, nowMs: number): number {
    const count = PRIORITIES.length;
    return this.liftedLevel(level, oldestSinceMs, nowMs) + ((level - this.#turn - 1 + count) % count) / count;
  }

  /** The level that one counts as who has waited since then. */
  liftedLevel(level: number, sinceMs: number, nowMs: number): number {
    return Math.max(0, level - this.#lifts(sinceMs, nowMs));
  }

  /** When a level that is not the highest yet counts as one higher than now. */
  nextLiftMs(level: number, oldestSinceMs: number, nowMs: number): number {
    const lifts = this.#lifts(oldestSinceMs, nowMs) + 1;
    return lifts > level ? Number.POSITIVE_INFINITY : oldestSinceMs + lifts * this.#agingMs;
  }

  /** Who is served first of those that two levels would serve; undefined when neither would serve anybody. */
  first(higher: Candidate | undefined, lower: Candidate | undefined, nowMs: number): Candidate | undefined {
    if (higher === undefined || lower === undefined) return higher ?? lower;
    const higherRank = this.rank(higher.place.level, higher.oldestSinceMs, nowMs);
    const lowerRank = this.rank(lower.place.level, lower.oldestSinceMs, nowMs);
    return lowerRank < higherRank ? lower : higher;
  }

  /** How often somebody has been lifted. To the bit as {@link nextLiftMs} says, so that its moment comes once. */
  #lifts(sinceMs: number, nowMs: number): number {
    const lifts = Math.floor((nowMs - sinceMs) / this.#agingMs);
    return sinceMs + (lifts + 1) * this.#agingMs <= nowMs ? lifts + 1 : lifts;
  }

  clone(): LevelTurns {
    return new LevelTurns(this.#agingMs, this.#turn);
  }
}
