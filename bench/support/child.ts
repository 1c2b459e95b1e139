import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A process of the benchmark that serves on a port of its own. */
export interface Child extends AsyncDisposable {
  readonly port: number;
}

/** Starts a script that prints `listening <port>` when it is ready. */
export async function startChild(script: string, args: readonly string[] = []): Promise<Child> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await readPort(child, /^listening (\d+)$/);
  return { port, [Symbol.asyncDispose]: () => stop(child) };
}

/** Starts Headway itself, from source, with a configuration file. */
export async function startHeadway(configFile: string): Promise<Child> {
  const child = spawn(process.execPath, ["src/main.ts", "serve", "--config", configFile], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH },
  });
  const port = await readPort(child, /"grpc":"127\.0\.0\.1:(\d+)"/);
  return { port, [Symbol.asyncDispose]: () => stop(child) };
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
