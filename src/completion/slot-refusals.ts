import type { Deployment } from "../catalog/catalog.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { LeaseState } from "../scheduler/lease.ts";

/** There is no such slot for this caller. */
export function refuseUnknown(slotId: string): Refusal {
  return refuse(
    "SLOT_NOT_FOUND",
    "there is no such slot; it may have been granted by another server, or ended more than an hour ago",
    { metadata: { slot_id: slotId.slice(0, 64) } },
  );
}

/** The slot has ended in another way than the one that is asked for now. */
export function refuseEnded(slotId: string, state: LeaseState): Refusal {
  return refuse("SLOT_NOT_ACTIVE", `the slot is ${state} already; acquire another for another call`, {
    metadata: { slot_id: slotId, state },
  });
}

/** Nothing can be called there. */
export function refuseUnavailable(deployment: Deployment): Refusal {
  return refuse("PROVIDER_NOT_CONFIGURED", `${deployment.id}: ${deployment.reason ?? "it is switched off"}`, {
    metadata: { model: deployment.model },
  });
}
