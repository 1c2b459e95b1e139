import type { WaitCause } from "../core/limit.ts";

/** A slot is granted: its call may start. */
export interface SlotGrant {
  readonly kind: "granted";
  readonly slotId: string;
  readonly model: string;
  /** The model's name when it has only one deployment. */
  readonly deployment: string;
  /** Tokens that count until the slot is settled. */
  readonly reservedTokens: number;
  /** Milliseconds; 0 when granted at once. */
  readonly waitedMs: number;
  /** The call must start within this time after the grant, in milliseconds. */
  readonly startWithinMs: number;
  /** End of the lease as wall time, in milliseconds since the Unix epoch. */
  readonly expireWallMs: number;
  /** The longest first; empty when granted at once. */
  readonly waitCauses: readonly WaitCause[];
}

/** A slot lives longer. */
export interface SlotRenewal {
  readonly kind: "renewed";
  /** End of the lease as wall time, in milliseconds since the Unix epoch. */
  readonly expireWallMs: number;
}

/** A slot is given back. */
export interface SlotRelease {
  readonly kind: "released";
}
