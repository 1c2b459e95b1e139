import type { Column } from "./event-ring.ts";

/** A limit over hours or days, kept coarser than the ring: rolling in buckets, or by calendar day. */
export interface LongLimit {
  readonly column: Column;
  cap: number;
  /** What counts now. */
  readonly used: number;
  /** The highest use ever charged. */
  readonly peak: number;
  /** Forgets what no longer counts at `nowMs`. */
  evict(nowMs: number): void;
  add(nowMs: number, amount: number): void;
  /** Corrects what a call started at `startMs` has been charged; does nothing when that no longer counts. */
  adjust(startMs: number, delta: number): void;
  /** The first instant from `nowMs` on at which `amount` more fits; Infinity when it never does by itself. */
  earliestMs(nowMs: number, amount: number): number;
  /** When everything that counts now has left; `undefined` when nothing counts. */
  resetMs(nowMs: number): number | undefined;
  clone(): LongLimit;
}
