import type { Amounts } from "../core/limit.ts";
import type { Refusal } from "../core/refusal.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { Lease } from "./lease.ts";
import type { PoolQueue } from "./pool-queue.ts";

/** Told of everything that changes what is charged, right after it did and before anybody else starts because of it. */
export interface SlotListener {
  /** Answers why nobody may have the slot, which is taken back then. Undefined: its owner may. */
  granted(lease: Lease): Refusal | undefined;
  /** `row` is what the ledger is going to say about the end. Undefined: nothing, or it is not known. */
  settled(lease: Lease, actual: Amounts, nowMs: number, row: LedgerEntry | undefined): void;
  released(lease: Lease, nowMs: number): void;
  expired(lease: Lease, nowMs: number, row: LedgerEntry | undefined): void;
  renewed(lease: Lease, nowMs: number): void;
  held(pool: PoolQueue, nowMs: number): void;
}
