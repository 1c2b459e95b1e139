/** In milliseconds; processor time is that of all threads. */
export interface Took {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Times from when it was made. */
export function stopwatch(): () => Took {
  const wallMs = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs: performance.now() - wallMs, cpuMs: (user + system) / 1000 };
  };
}

/** How many a second, in millions. */
export function rate(milliseconds: number, count: number): string {
  return `${((count / milliseconds) * 1e-3).toFixed(2)} M`;
}

/** Milliseconds as microseconds. */
export function micros(milliseconds: number): string {
  return `${(milliseconds * 1000).toFixed(2)} µs`;
}
