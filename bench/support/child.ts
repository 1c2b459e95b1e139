import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A process of the benchmark that serves on a port of its own. */
export interface Child extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Processor time that the process has used so far, in milliseconds, as the kernel counts it (Linux, 10 ms steps). */
  cpuMs(): number;
}

/** Starts a script that prints a line with its port when it is ready; by default `listening <port>`. */
export async function startChild(
  script: string,
  args: readonly string[] = [],
  pattern = /^listening (\d+)$/,
): Promise<Child> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await readPort(child, pattern);
  return asChild(child, port);
}

/** Starts Headway itself, from source, with a configuration file. */
export async function startHeadway(configFile: string): Promise<Child> {
  const child = spawn(process.execPath, ["src/main.ts", "serve", "--config", configFile], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH },
  });
  const port = await readPort(child, /"grpc":"127\.0\.0\.1:(\d+)"/);
  return asChild(child, port);
}

function asChild(child: ChildProcess, port: number): Child {
  const pid = child.pid!;
  return { port, pid, cpuMs: () => cpuMsOf(pid), [Symbol.asyncDispose]: () => stop(child) };
}

/** User and system time from /proc, which counts in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function readPort(child: ChildProcess, pattern: RegExp): Promise<number> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const match = pattern.exec(line);
    if (match === null) continue;
    child.stdout!.resume();
    return Number(match[1]);
  }
  throw new Error(`${child.spawnargs.join(" ")} ended before it served`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
