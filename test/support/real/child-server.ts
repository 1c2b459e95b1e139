import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What to run, and how its output tells that it serves. */
export interface ChildServerOptions {
  /** Absolute path of the program. */
  readonly command: string;
  readonly arguments: readonly string[];
  /** Environment variables on top of this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Patterns that must all appear in the output, each within one line, before the server counts as started. */
  readonly startedPatterns: readonly RegExp[];
  /** How long the start may take, in milliseconds, before it counts as failed. */
  readonly startTimeoutMs: number;
}

/** A server that runs as a child of this process. */
export interface ChildServer {
  /** The matches of the `startedPatterns`, in their order. */
  readonly startedMatches: readonly RegExpMatchArray[];
  /** The whole lines that the server has written so far, to either of its outputs. */
  logs(): string;
  /** Ends the server and resolves when it has exited; killed if it does not end within 5 s of being asked. */
  stop(): Promise<void>;
}

const stopGraceMs = 5_000;

/** Starts a server; rejects with its output, and with the server ended, when it exits or is not ready in time. */
export async function startChildServer(options: ChildServerOptions): Promise<ChildServer> {
  const child = spawn(options.command, options.arguments, {
    env: { ...process.env, ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const killOnExit = () => child.kill("SIGKILL");
  process.once("exit", killOnExit);
  let output = "";
  const stop = async () => {
    await end(child, exited);
    process.off("exit", killOnExit);
  };
  try {
    const startedMatches = await new Promise<RegExpMatchArray[]>((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error("it was not ready in time")), options.startTimeoutMs);
      let settled = false;
      const settle = (finish: () => void) => {
        settled = true;
        clearTimeout(timeout);
        finish();
      };
      const read = (line: string) => {
        output += `${line}\n`;
        // Logs grow for as long as the server lives; they are searched only until it has started.
        if (settled) return;
        const matches = options.startedPatterns.map((pattern) => output.match(pattern));
        if (matches.every((match) => match !== null)) settle(() => resolve(matches));
      };
      // By lines: what the server writes to one output may come in the middle of a line of the other.
      createInterface({ input: child.stdout }).on("line", read);
      createInterface({ input: child.stderr }).on("line", read);
      child.once("error", (error) => settle(() => reject(error)));
      child.once("close", (code, signal) => settle(() => reject(new Error(`it exited: ${code ?? signal}`))));
    });
    return { startedMatches, logs: () => output, stop };
  } catch (error) {
    await stop();
    throw new Error(`${options.command} did not start: ${(error as Error).message}\n${output}`);
  }
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.pid === undefined) return;
  child.stdin?.end();
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), stopGraceMs);
  await exited;
  clearTimeout(kill);
}
