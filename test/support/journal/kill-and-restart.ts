import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Random } from "../../../src/core/random.ts";
import { Auditor } from "../scheduling/auditor.ts";
import { CRASH_REQUESTS, CRASH_TOKENS, CRASH_WINDOW_MS } from "./crash-rules.ts";

const CHILD = fileURLToPath(new URL("./crash-child.ts", import.meta.url));

type Line =
  | {
      readonly kind: "started";
      readonly atMs: number;
      /** What the process that starts counts of each limit. */
      readonly requests: number;
      readonly tokens: number;
      readonly day: number;
      readonly openSlots: number;
    }
  | { readonly kind: "call"; readonly atMs: number; readonly tokens: number; readonly slotId: string }
  | { readonly kind: "settled"; readonly slotId: string; readonly tokens: number };

/** What was seen over all lives of the process. */
export interface CrashReport {
  readonly calls: number;
  readonly lives: number;
  /** Open slots that a life took over from the one before, in all. */
  readonly restoredSlots: number;
  /** Largest window of requests, and windows over the limit. */
  readonly requests: { readonly largest: number; readonly broken: number };
  readonly tokens: { readonly largest: number; readonly broken: number };
  /** Starts at which less was counted than the last window held: something was lost, or given back twice. */
  readonly undercounts: number;
  /** Starts at which fewer requests of the day were counted than had been made. */
  readonly daysGoneBack: number;
  /** Requests of the day at the last start, less those that had been made: what was filled in. */
  readonly dayExcess: number;
}

/** Kills a process under load with SIGKILL at random moments, starts it anew each time, and adds up what it did. */
export async function killAndRestart(options: {
  kills: number;
  folder: string;
  random: Random;
}): Promise<CrashReport> {
  const { kills, folder, random } = options;
  const logPath = `${folder}/calls.jsonl`;
  for (let life = 0; life <= kills; life++) {
    const seed = String(Math.floor(random.next() * 2 ** 31));
    const child = spawn(process.execPath, [CHILD, `${folder}/journal.db`, logPath, seed], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const errors: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    const exited = once(child, "exit");
    await Promise.race([once(child.stdout, "data"), exited]);
    await Promise.race([sleep(50 + random.next() * 700), exited]);
    if (child.exitCode !== null) throw new Error(`the process ended: ${Buffer.concat(errors)}`);
    child.kill("SIGKILL");
    await exited;
  }
  return audit(readFileSync(logPath, "utf8"));
}

function audit(log: string): CrashReport {
  // The last line of a life may be cut off.
  const lines = log.split("\n").flatMap((line): Line[] => (line.endsWith("}") ? [JSON.parse(line)] : []));
  const requests = new Auditor();
  const tokens = new Auditor();
  const counts = { calls: 0, lives: 0, restoredSlots: 0, undercounts: 0, daysGoneBack: 0, dayExcess: 0 };
  const calls: Extract<Line, { kind: "call" }>[] = [];
  const settled = new Map<string, number>();
  const usedBy = ({ slotId, tokens: reserved }: { slotId: string; tokens: number }): number => {
    return settled.get(slotId) ?? reserved;
  };
  for (const line of lines) {
    if (line.kind === "call") calls.push(line);
    else if (line.kind === "settled") settled.set(line.slotId, line.tokens);
    else {
      const window = calls.filter(({ atMs }) => atMs > line.atMs - CRASH_WINDOW_MS);
      const used = window.reduce((sum, call) => sum + usedBy(call), 0);
      if (line.requests < window.length || line.tokens < used) counts.undercounts++;
      if (line.day < calls.length) counts.daysGoneBack++;
      counts.dayExcess = line.day - calls.length;
      counts.restoredSlots += line.openSlots;
      counts.lives++;
    }
  }
  counts.calls = calls.length;
  // What a settlement gives back can be used again at once, so each call counts with what it used in the end.
  for (const call of calls) {
    requests.note(call.atMs, 1);
    tokens.note(call.atMs, usedBy(call));
  }
  return {
    ...counts,
    requests: requests.check(CRASH_WINDOW_MS, CRASH_REQUESTS),
    tokens: tokens.check(CRASH_WINDOW_MS, CRASH_TOKENS),
  };
}
