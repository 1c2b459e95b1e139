import type { Child } from "./child.ts";

/** What a load run saw. */
export interface LoadResult {
  readonly callsPerSecond: number;
  /** Processor time of the server for one call, in microseconds. */
  readonly cpuMicrosPerCall: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
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
  return resultOf({ calls, durationMs, errors, latencies, cpuMs: server.cpuMs() - cpuAtStartMs });
}

/** Work at a steady rate, whatever the answers take: latency counts from the planned start. */
export async function openLoop(options: {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly server: Child;
  readonly work: () => Promise<number>;
}): Promise<LoadResult> {
  const { perSecond, durationMs, server, work } = options;
  const cpuAtStartMs = server.cpuMs();
  const latencies: number[] = [];
  let calls = 0;
  let errors = 0;
  const running = new Set<Promise<void>>();
  const startMs = performance.now();
  const total = Math.floor((durationMs / 1000) * perSecond);
  for (let index = 0; index < total; ) {
    const dueMs = startMs + (index * 1000) / perSecond;
    const nowMs = performance.now();
    if (dueMs > nowMs) {
      await new Promise((resolve) => (dueMs - nowMs > 1.5 ? setTimeout(resolve, 1) : setImmediate(resolve)));
      continue;
    }
    index++;
    const call = work().then(
      (made) => {
        calls += made;
        latencies.push(performance.now() - dueMs);
      },
      () => {
        errors++;
      },
    );
    running.add(call);
    void call.finally(() => running.delete(call));
  }
  await Promise.all(running);
  return resultOf({ calls, durationMs, errors, latencies, cpuMs: server.cpuMs() - cpuAtStartMs });
}

/** The middle one of an odd number of figures. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((left, right) => left - right)[Math.floor(figures.length / 2)]!;
}

function resultOf(run: {
  readonly calls: number;
  readonly durationMs: number;
  readonly errors: number;
  readonly latencies: readonly number[];
  readonly cpuMs: number;
}): LoadResult {
  const sorted = Float64Array.from(run.latencies).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    callsPerSecond: (run.calls / run.durationMs) * 1000,
    cpuMicrosPerCall: (run.cpuMs * 1000) / run.calls,
    errors: run.errors,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}
