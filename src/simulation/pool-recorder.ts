import type { WaitCause } from "../core/limit.ts";
import type { PoolQueue } from "../scheduler/pool-queue.ts";
import type { LimitUsage } from "../tracker/limit-usage.ts";
import { findBindingLimit, mostUsed } from "./binding-limit.ts";
import { waitReport } from "./quantiles.ts";
import type { BindingLimit, LimitReport, PoolBucket, PoolRun } from "./report.ts";

interface Bucket {
  arrived: number;
  refused: number;
  readonly waitsMs: number[];
  /** What each limit counted at the end, in their order. */
  counted: readonly number[];
  queueLength: number;
}

/** Writes down what happens in a pool while requests arrive. */
export class PoolRecorder {
  readonly #pool: PoolQueue;
  readonly #durationMs: number;
  readonly #bucketMs: number;
  readonly #buckets: Bucket[];
  readonly #heldBack = new Map<WaitCause, number>();

  constructor(pool: PoolQueue, durationMs: number, bucketCount: number) {
    this.#pool = pool;
    this.#durationMs = durationMs;
    this.#bucketMs = durationMs / bucketCount;
    this.#buckets = Array.from({ length: bucketCount }, () => ({
      arrived: 0,
      refused: 0,
      waitsMs: [],
      counted: [],
      queueLength: 0,
    }));
  }

  noteArrival(nowMs: number): void {
    const bucket = this.#bucketAt(nowMs);
    if (bucket !== undefined) bucket.arrived++;
  }

  noteStart(nowMs: number, waitedMs: number): void {
    this.#bucketAt(nowMs)?.waitsMs.push(waitedMs);
  }

  noteRefusal(nowMs: number): void {
    const bucket = this.#bucketAt(nowMs);
    if (bucket !== undefined) bucket.refused++;
  }

  /** Says that a request could not start here when it arrived. */
  noteHeldBack(causes: readonly WaitCause[]): void {
    for (const cause of causes) this.#heldBack.set(cause, (this.#heldBack.get(cause) ?? 0) + 1);
  }

  /** Reads what the limits count at the end of the bucket of this index. */
  sample(index: number, nowMs: number): void {
    const bucket = this.#buckets[index]!;
    bucket.counted = this.#pool.usage.limits(nowMs).map(({ used, reserved }) => used + reserved);
    bucket.queueLength = this.#pool.queue.size;
  }

  /** How each limit was used; `nowMs` is at or after the end of the arrivals. */
  limits(nowMs: number): LimitReport[] {
    return this.#pool.usage.limits(nowMs).map((usage, index) => this.#limitReport(usage, index));
  }

  /** The limit that held back most requests. */
  bindingLimit(limits: readonly LimitReport[]): BindingLimit | undefined {
    return findBindingLimit(limits, this.#heldBack);
  }

  /** `maxWaitMs` is the longest wait that any request accepts. */
  run(limits: readonly LimitReport[], maxWaitMs: number): PoolRun {
    const binding = this.bindingLimit(limits)?.limit;
    const shown = limits.find(({ limit }) => limit === binding) ?? mostUsed(limits);
    const index = shown === undefined ? -1 : limits.indexOf(shown);
    const buckets = this.#buckets.map(
      ({ arrived, refused, waitsMs, counted, queueLength }, place): PoolBucket => ({
        atMs: (place + 0.5) * this.#bucketMs,
        arrived,
        refused,
        started: waitsMs.length,
        waits: waitReport(waitsMs),
        counted: counted[index] ?? 0,
        queueLength,
      }),
    );
    const { guardMs } = this.#pool.usage.rules;
    return { pool: this.#pool.id, maxWaitMs, guardMs, bucketMs: this.#bucketMs, buckets, limit: shown };
  }

  #limitReport({ limit, cap, peak }: LimitUsage, index: number): LimitReport {
    const takenAt = ({ counted }: Bucket): number => (counted[index] ?? 0) / cap;
    const heldMs = limit.windowMs + this.#pool.usage.rules.guardMs;
    const atEnd = takenAt(this.#buckets.at(-1)!);
    const hasTwoWindows = this.#durationMs >= 2 * heldMs;
    const settled = this.#buckets.filter((_, place) => (place + 1) * this.#bucketMs >= heldMs);
    const mean = settled.reduce((sum, bucket) => sum + takenAt(bucket), 0) / settled.length;
    const isGoingToFill = limit.windowMs > this.#durationMs && atEnd * limit.windowMs > this.#durationMs;
    return {
      pool: this.#pool.id,
      limit,
      cap,
      utilization: hasTwoWindows ? mean : atEnd,
      peakUtilization: peak / cap,
      usedUpAfterMs: isGoingToFill && atEnd < 1 ? this.#durationMs / atEnd : undefined,
    };
  }

  #bucketAt(nowMs: number): Bucket | undefined {
    return this.#buckets[Math.floor(nowMs / this.#bucketMs)];
  }
}
