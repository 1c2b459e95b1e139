import type { Lease } from "../scheduler/lease.ts";

/**
 * The journal's name for the row of a slot's end. Undefined: no budget counts on the row, and the journal needs not keep
 * it. `corrects`: the row is a late one, after that of the slot's expiry.
 */
export function journalIdOf(lease: Lease, corrects = false): string | undefined {
  if (lease.reservedNanoUsd === undefined) return undefined;
  return corrects ? `${lease.id} late` : lease.id;
}
