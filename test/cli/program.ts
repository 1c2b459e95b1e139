import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
/** Spares each start more than a third of its processor time. */
const COMPILE_CACHE = join(ROOT, "node_modules/.cache/compiled");

/** How a command ended. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ending: Promise<Ending>;
  /** What it has written to standard output so far. */
  stdout(): string;
}

/** Starts a command as a user would, in an empty folder and with nothing of ours in its environment but `environment`. */
export function start(
  args: readonly string[],
  environment: Record<string, string> = {},
  input?: string,
): Running {
  return follow([], args, environment, input);
}

/** The same by way of a program that runs another, whose command line `prefix` begins. */
export function startBy(
  prefix: readonly string[],
  args: readonly string[],
  environment: Record<string, string> = {},
): Running {
  return follow(prefix, args, environment, undefined);
}

function follow(
  prefix: readonly string[],
  args: readonly string[],
  environment: Record<string, string>,
  input: string | undefined,
): Running {
  const folder = temporaryFolder();
  const [program, ...rest] = [
    ...prefix,
    join(ROOT, "node_modules/.bin/node"),
    join(ROOT, "src/main.ts"),
    ...args,
  ];
  const child = spawn(program!, rest, {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment },
    // In a group of its own, which ends with it.
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.end(input ?? "");
  onTestFinished(() => killGroup(child.pid!));
  const ending = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, ending, stdout: () => stdout };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Runs a command to its end. */
export async function run(
  args: readonly string[],
  environment: Record<string, string> = {},
  input?: string,
): Promise<Ending> {
  return await start(args, environment, input).ending;
}

/** A server on free ports, with what `config` adds. */
export async function startServer(
  config = "",
): Promise<Running & { readonly address: string; readonly httpUrl: string }> {
  const file = writeConfig(
    `listen: {grpc: "127.0.0.1:0", http: "127.0.0.1:0", drain_timeout: 300ms}\nstorage: memory\n${config}`,
  );
  const server = start(["serve", "--config", file]);
  const line = await lineWith(server, '"msg":"serving"');
  const { grpc, http } = JSON.parse(line) as { grpc: string; http: string };
  return { ...server, address: grpc, httpUrl: `http://${http}` };
}

/** The first line of standard output that holds a text. */
export async function lineWith({ child, stdout, ending }: Running, text: string): Promise<string> {
  const find = () =>
    stdout()
      .split("\n")
      .slice(0, -1)
      .find((line) => line.includes(text));
  const found = new Promise<string>((resolve) => {
    const look = () => {
      const line = find();
      if (line !== undefined) resolve(line);
    };
    child.stdout?.on("data", look);
    look();
  });
  const early = ending.then(({ stderr }) => find() ?? expect.fail(`ended without ${text}: ${stderr}`));
  return await Promise.race([found, early]);
}

/** Writes a file that is gone when the test is over; answers its path. */
export function writeConfig(text: string): string {
  const file = join(temporaryFolder(), "headway.yaml");
  writeFileSync(file, text);
  return file;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "headway-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
