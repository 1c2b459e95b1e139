import { setFlagsFromString } from "node:v8";
import type { Child } from "./child.ts";
import { quantile } from "./quantile.ts";

// The client would collect its old objects, of which it has few, every other second, and its pauses look like the server's.
setFlagsFromString("--heap-growing-percent=1000");

/** What a load run saw. */
export interface LoadResult {
  readonly callsPerSecond: number;
  /** Processor time of the server for one call, in microseconds. */
  readonly cpuMicrosPerCall: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much later than planned the client sent. Undefined: there was no plan. */
  readonly lateP99Ms?: number;
}

/** Work in a closed loop: each of `concurrency` workers begins its next call when the last one has ended. */
export async function closedLoop(options: {
  readonly concurrency: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly server: Child;
  /** One unit of work; says how many calls it made. */
  readonly work: () => Promise<number>;
}): Promise<LoadResult> {
  const { concurrency, warmUpMs, durationMs, server, work } = options;
  const latencies: number[] = [];
  let calls = 0;
  let errors = 0;
  const startMs = performance.now() + warmUpMs;
  const endMs = startMs + durationMs;
  const worker = async (): Promise<void> => {
    for (let beganMs = performance.now(); beganMs < endMs; ) {
      let made = 0;
      try {
        made = await work();
      } catch {
        errors++;
      }
      const nowMs = performance.now();
      if (beganMs >= startMs && nowMs <= endMs) {
        calls += made;
        latencies.push(nowMs - beganMs);
      }
      beganMs = nowMs;
    }
  };
  const working = Promise.all(Array.from({ length: concurrency }, worker));
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  const cpuAtStartMs = server.cpuMs();
  await working;
  return resultOf({
    calls,
    durationMs,
    errors,
    latencies: Float64Array.from(latencies),
    cpuMs: server.cpuMs() - cpuAtStartMs,
  });
}

/**
 * Work at a steady rate, whatever the answers take, so that a server that stops makes all wait that come meanwhile. Every
 * millisecond what is due is sent. Latency counts from there, and how late that was is told apart: it is the client's
 * doing, and not the server's. So are pauses for the client's garbage, of which there is little: figures go into arrays
 * that are there from the start, and nothing is kept of a unit that has ended.
 */
export async function openLoop(options: {
  readonly perSecond: number;
  /** Load before what is measured: connections are made, and code is compiled for it. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly server: Child;
  readonly work: () => Promise<number>;
}): Promise<LoadResult> {
  const { perSecond, warmUpMs, durationMs, server, work } = options;
  const intervalMs = 1000 / perSecond;
  const firstMs = performance.now();
  const warmUps = Math.floor(warmUpMs / intervalMs);
  const total = warmUps + Math.floor(durationMs / intervalMs);
  const latencies = new Figures(total - warmUps);
  const lateMs = new Figures(total - warmUps);
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let left = total;
  let cpuAtStartMs = server.cpuMs();
  let calls = 0;
  let errors = 0;
  const send = async (index: number): Promise<void> => {
    const sentMs = performance.now();
    const isMeasured = index >= warmUps;
    if (isMeasured) lateMs.add(sentMs - firstMs - index * intervalMs);
    try {
      const made = await work();
      if (isMeasured) {
        calls += made;
        latencies.add(performance.now() - sentMs);
      }
    } catch {
      errors++;
    }
    if (--left === 0) resolve();
  };
  for (let index = 0; index < total; ) {
    const nowMs = performance.now();
    if (index <= warmUps) cpuAtStartMs = server.cpuMs();
    for (; index < total && firstMs + index * intervalMs <= nowMs; index++) send(index);
    await new Promise((done) => setTimeout(done, 1));
  }
  await ended;
  const cpuMs = server.cpuMs() - cpuAtStartMs;
  const result = resultOf({ calls, durationMs, errors, latencies: latencies.all(), cpuMs });
  return { ...result, lateP99Ms: quantile(lateMs.all(), 0.99) };
}

/** Figures, at most as many as there is room for. */
class Figures {
  readonly #values: Float64Array;
  #count = 0;

  constructor(most: number) {
    this.#values = new Float64Array(most);
  }

  add(value: number): void {
    this.#values[this.#count++] = value;
  }

  all(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }
}

/** The middle one of an odd number of figures. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((left, right) => left - right)[Math.floor(figures.length / 2)]!;
}

function resultOf(run: {
  readonly calls: number;
  readonly durationMs: number;
  readonly errors: number;
  readonly latencies: Float64Array;
  readonly cpuMs: number;
}): LoadResult {
  const { latencies } = run;
  return {
    callsPerSecond: (run.calls / run.durationMs) * 1000,
    cpuMicrosPerCall: (run.cpuMs * 1000) / run.calls,
    errors: run.errors,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}
