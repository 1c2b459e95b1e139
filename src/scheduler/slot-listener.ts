import type { Amounts } from "../core/limit.ts";
import type { Lease } from "./lease.ts";
import type { PoolQueue } from "./pool-queue.ts";

/** Told of everything that changes what is charged, right after it did and before anybody else starts because of it. */
export interface SlotListener {
  granted(lease: Lease): void;
  settled(lease: Lease, actual: Amounts, nowMs: number): void;
  released(lease: Lease, nowMs: number): void;
  expired(lease: Lease, nowMs: number): void;
  renewed(lease: Lease, nowMs: number): void;
  held(pool: PoolQueue, nowMs: number): void;
}
