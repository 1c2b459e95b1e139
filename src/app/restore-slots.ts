import { budgetOfSlot } from "../completion/budget-of-slot.ts";
import type { Parts } from "./parts.ts";

/**
 * Puts slots and counters where the process before left them. What comes back may expire at once, and an expired slot is
 * written down: call it when that is possible, and before anything is granted.
 */
export function restoreSlots({ budgets, catalog, journaling, logger, ...parts }: Parts): void {
  if (journaling === undefined) return;
  const { isClean, openSlots, droppedSlots } = journaling.restore({
    ...parts,
    budgetOf: (slot) => budgetOfSlot(slot, budgets, catalog),
  });
  if (isClean && openSlots === 0) return;
  const fields = { orderly_stop: isClean, open_slots: openSlots, dropped_slots: droppedSlots };
  logger.info(fields, "went on from where the process before stopped");
}
