import { fromMoneyJson } from "../core/money-json.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { JournalState, SlotRecord } from "../tracker/journal.ts";
import type { LeaseState } from "./lease.ts";

/** A slot as it stood when the journal ended. */
export interface ReplayedSlot extends SlotRecord {
  readonly state: LeaseState;
}

/**
 * The slots that a journal knows, by id: those that are open, those that have expired without a settlement, and those
 * ended so lately that their records are still there.
 */
export function replaySlots(state: JournalState): Map<string, ReplayedSlot> {
  const slots = new Map<string, ReplayedSlot>();
  for (const { checkpoint } of state.checkpoints) {
    const open = new Set(checkpoint.charges.filter(({ isOpen }) => isOpen).map(({ slotId }) => slotId));
    for (const slot of checkpoint.slots) {
      slots.set(slot.slotId, { ...slot, state: open.has(slot.slotId) ? "granted" : "expired" });
    }
  }
  for (const { records } of state.batches) {
    for (const record of records) {
      if (record.kind === "hold") continue;
      if (record.kind === "grant") {
        const { kind: _, ...slot } = record;
        if (!slots.has(slot.slotId)) slots.set(slot.slotId, { ...slot, state: "granted" });
        continue;
      }
      const slot = slots.get(record.slotId);
      if (slot === undefined) continue;
      if (record.kind === "renew") slots.set(slot.slotId, { ...slot, expireMs: record.expireMs });
      else slots.set(slot.slotId, { ...slot, state: STATE_AFTER[record.kind] });
    }
  }
  return slots;
}

/** The rows that a journal keeps for the ledger, each once; the ledger may have them all. */
export function replayRows(state: JournalState): readonly LedgerEntry[] {
  const rows = new Set(state.checkpoints.flatMap(({ checkpoint }) => checkpoint.rows ?? []));
  for (const { records } of state.batches) {
    for (const record of records) {
      if ((record.kind === "settle" || record.kind === "expire") && record.row !== undefined)
        rows.add(record.row);
    }
  }
  return [...rows].map((row) => fromMoneyJson(row) as LedgerEntry);
}

const STATE_AFTER = { settle: "settled", release: "released", expire: "expired" } as const;
