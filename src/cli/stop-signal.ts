import type { Clock } from "../core/clock.ts";

/** One press of Ctrl-C reaches a process twice when a parent, such as npm, passes signals on. */
const ECHO_MS = 500;
const EXIT_BY_SIGNAL = 130;
/** How often it is looked whether the shell that npm started is still there. */
const LOOK_EVERY_MS = 500;

/** Resolves at the first SIGTERM or SIGINT. Another one, later than an echo of the first, ends the process at once. */
export async function firstStopSignal(clock: Clock): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    let firstMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      const nowMs = clock.monotonicMs();
      if (firstMs === undefined) {
        firstMs = nowMs;
        resolve(signal);
      } else if (nowMs - firstMs > ECHO_MS) {
        process.exit(EXIT_BY_SIGNAL);
      }
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
    if (isRunByNpm()) {
      whenOrphaned(clock, () => {
        if (firstMs === undefined) onSignal("SIGTERM");
      });
    }
  });
}

/** npm passes SIGTERM to the shell in which it runs a script. That dies of it, and what it runs is never told. */
function isRunByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}

function whenOrphaned(clock: Clock, tell: () => void): void {
  const parent = process.ppid;
  const look = (): void => {
    if (process.ppid === parent) clock.after(LOOK_EVERY_MS, look);
    else tell();
  };
  look();
}
