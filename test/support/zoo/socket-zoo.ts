import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChildServer } from "../real/child-server.ts";
import type { ProviderLimit } from "../scheduling/provider-zoo.ts";
import type { ClientReport } from "./client-process.ts";
import type { ZooReport } from "./provider-process.ts";
import { GUARD_MS, SOCKET_PROFILES, SPACINGS, type Spacing, WINDOW_MS } from "./socket-profiles.ts";

const CLIENTS = 2;
const METRIC = {
  requests: "requests",
  tokens: "tokens",
  input: "input_tokens",
  output: "output_tokens",
} as const;

/** What came of a run over sockets. */
export interface SocketZooRun extends ZooReport {
  readonly clients: readonly ClientReport[];
}

/**
 * Lets several client processes send `overload` times what the providers of the zoo let through, by Complete and in slots, to
 * a Headway for each spacing that runs as its users run it, for as long as so many windows and guards take.
 */
export async function runSocketZoo(options: {
  readonly seed: number;
  readonly windows: number;
  readonly overload: number;
}): Promise<SocketZooRun> {
  const { seed, windows, overload } = options;
  const folder = mkdtempSync(join(tmpdir(), "headway-zoo-"));
  const children: ChildProcess[] = [];
  const start = (name: string, argument: string): ChildProcess => {
    const child = fork(join(import.meta.dirname, name), [argument]);
    children.push(child);
    return child;
  };
  const servers = new Map<Spacing, { readonly grpc: string; readonly stop: () => Promise<void> }>();
  try {
    const zoo = start("provider-process.ts", String(seed));
    const ports = await next<number[]>(zoo);
    const providers = ports.map((port) => `http://127.0.0.1:${port}`);
    for (const [index, spacing] of SPACINGS.entries()) {
      const configFile = join(folder, `headway${index}.yaml`);
      writeFileSync(configFile, configOf(spacing, providers));
      const { startedMatches, stop } = await startChildServer({
        command: process.execPath,
        arguments: ["src/main.ts", "serve", "--config", configFile],
        startedPatterns: [/"grpc":"(127\.0\.0\.1:\d+)"/],
        startTimeoutMs: 120_000,
      });
      servers.set(spacing, { grpc: startedMatches[0]![1]!, stop });
    }
    const headways = SOCKET_PROFILES.map(({ spacing }) => servers.get(spacing)!.grpc);
    const clients = Array.from({ length: CLIENTS }, (_, index) =>
      start(
        "client-process.ts",
        JSON.stringify({ seed: seed + index, headways, providers, load: overload / CLIENTS }),
      ),
    );
    // A little more, so that the last window is whole wherever the first call came.
    await new Promise((resolve) => setTimeout(resolve, (windows + 0.3) * (WINDOW_MS + GUARD_MS)));
    const reports = await Promise.all(clients.map((client) => askFor<ClientReport>(client)));
    return { ...(await askFor<ZooReport>(zoo)), clients: reports };
  } finally {
    for (const child of children) child.kill();
    for (const { stop } of servers.values()) await stop();
    rmSync(folder, { recursive: true });
  }
}

/** Asks a child for its report, after which it ends. */
async function askFor<Report>(child: ChildProcess): Promise<Report> {
  const report = next<Report>(child);
  child.send("report");
  return report;
}

async function next<Message>(child: ChildProcess): Promise<Message> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`a process of the zoo ended with ${code}`);
  });
  const [message] = (await Promise.race([once(child, "message"), ended])) as [Message];
  return message;
}

function configOf(spacing: Spacing, providers: readonly string[]): string {
  const entries = SOCKET_PROFILES.map(({ counting, limits }, index) => [
    `  zoo${index}:`,
    "    type: openai_compatible",
    `    base_url: ${providers[index]}/v1`,
    "    api_key: none",
    "    max_retries: 0",
    `    charge_at: ${counting.at}`,
    `    refund: ${counting.refunds ? "full" : "none"}`,
    "    models:",
    `      m: {context_window: 8192, max_output_tokens: 512, limits: [${limits.map(limitText).join(", ")}]}`,
  ]);
  return [
    "listen: {grpc: 127.0.0.1:0, http: 127.0.0.1:0}",
    "storage: {path: memory}",
    `scheduler: {guard: ${GUARD_MS}ms, spacing: ${spacing}}`,
    "providers:",
    ...entries.flat(),
  ].join("\n");
}

function limitText({ counts, windowMs, amount }: ProviderLimit): string {
  return `{metric: ${METRIC[counts]}, window: ${windowMs}ms, amount: ${amount}}`;
}
