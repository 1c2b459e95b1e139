import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What a server had to do, in milliseconds of processor time. */
export interface Load {
  /** The longest turn of the event loop: so long everybody else had to wait. */
  readonly longestTurnMs: number;
  /** All threads together. */
  readonly cpuMs: number;
}

/** A Headway whose event loop is watched. */
export interface MeteredHeadway extends AsyncDisposable {
  readonly grpcPort: number;
  readonly httpPort: number;
  /** What it had to do since this was asked last. */
  load(): Promise<Load>;
}

/** Starts one, from source, with a configuration file. */
export async function startMeteredHeadway(configFile: string): Promise<MeteredHeadway> {
  const child = spawn(process.execPath, ["bench/servers/metered.ts", configFile], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: { PATH: process.env.PATH },
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const { grpc, http } = JSON.parse(line) as { readonly grpc?: string; readonly http?: string };
    if (grpc === undefined || http === undefined) continue;
    child.stdout!.resume();
    return {
      grpcPort: portOf(grpc),
      httpPort: portOf(http),
      async load() {
        child.send("load");
        const [load] = await once(child, "message");
        return load;
      },
      async [Symbol.asyncDispose]() {
        child.kill("SIGTERM");
        await once(child, "exit");
      },
    };
  }
  throw new Error("Headway ended before it served");
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
