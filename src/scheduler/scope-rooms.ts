import type { Amounts } from "../core/limit.ts";
import type { LookAhead } from "../tracker/look-ahead.ts";
import type { Scope } from "./scope.ts";

/** A scope whose future can be played. */
interface Played {
  readonly ahead: LookAhead;
  /** When the last call started that was counted. */
  lastMs: number;
}

/** The scopes of those who wait, as their future is played beside that of the pool. */
export class ScopeRooms {
  readonly #nowMs: number;
  readonly #ratio: number;
  readonly #played = new Map<Scope, Played>();

  /** `ratio` is the part of its estimate that a call is taken to use. */
  constructor(nowMs: number, ratio: number) {
    this.#nowMs = nowMs;
    this.#ratio = ratio;
  }

  /**
   * The first instant from `fromMs` on at which all scopes have room; `fromMs` must not fall. Infinity when only a
   * settlement makes room in one, and nobody knows when that comes.
   */
  earliestMs(scopes: readonly Scope[], amounts: Amounts, fromMs: number): number {
    let earliestMs = fromMs;
    for (const scope of scopes) {
      const ahead = this.#playedOf(scope)?.ahead;
      const roomMs = ahead?.earliestMs(fromMs, amounts) ?? scope.earliestMs(this.#nowMs, amounts);
      earliestMs = Math.max(earliestMs, roomMs);
    }
    return earliestMs;
  }

  /** The first instant with room after all calls that were counted there; now where only a settlement makes room. */
  afterOwnMs(scopes: readonly Scope[], amounts: Amounts): number {
    let earliestMs = this.#nowMs;
    for (const scope of scopes) {
      const played = this.#playedOf(scope);
      const roomMs =
        played?.ahead.earliestMs(played.lastMs, amounts) ?? scope.earliestMs(this.#nowMs, amounts);
      if (Number.isFinite(roomMs)) earliestMs = Math.max(earliestMs, roomMs);
    }
    return earliestMs;
  }

  /** Counts a call that starts at `startMs`. */
  assume(scopes: readonly Scope[], amounts: Amounts, startMs: number): void {
    for (const scope of scopes) {
      const played = this.#playedOf(scope);
      if (played === undefined) continue;
      played.ahead.assume(startMs, amounts);
      played.lastMs = startMs;
    }
  }

  #playedOf(scope: Scope): Played | undefined {
    let played = this.#played.get(scope);
    if (played === undefined && scope.lookAhead !== undefined) {
      played = { ahead: scope.lookAhead(this.#nowMs, this.#ratio), lastMs: this.#nowMs };
      this.#played.set(scope, played);
    }
    return played;
  }
}
