import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { json } from "node:stream/consumers";
import { seededRandom } from "../../../src/core/random.ts";
import { Auditor } from "../scheduling/auditor.ts";
import { makeProvider, type ProviderCall, type ProviderLimit } from "../scheduling/provider-zoo.ts";
import {
  GUARD_MS,
  INPUT_TOKENS,
  JITTER_MS,
  MOST_OUTPUT_TOKENS,
  SOCKET_PROFILES,
  type SocketProfile,
} from "./socket-profiles.ts";

/** What a provider of the zoo saw. */
export interface ProviderReport {
  readonly name: string;
  readonly calls: number;
  /** Calls that it turned away, or found to be beyond a limit at their end. */
  readonly leaked429: number;
  /** Windows of any limit that its auditor found above the amount less the margin. */
  readonly brokenWindows: number;
  /** The part of cap · W / (W + D) that the tightest limit was used to, over all whole windows and guards. */
  readonly utilization: number;
}

/** What the process tells when it is asked. */
export interface ZooReport {
  readonly providers: readonly ProviderReport[];
  /** The longest that the process stood still, in milliseconds. */
  readonly longestStallMs: number;
}

const MARGIN = 2;
const LEAST_CALL_MS = 40;
const MOST_CALL_MS = 120;
/** What is counted at the end is held by the call while it is on its way and runs as well. */
const MEAN_OPEN_MS = JITTER_MS / 2 + (LEAST_CALL_MS + MOST_CALL_MS) / 2;

interface Arrival {
  readonly atMs: number;
  readonly call: ProviderCall;
}

/** One provider with the OpenAI API. It counts, refuses and audits by itself, on its own clock. */
class ZooProvider {
  readonly server = createServer((request, response) => void this.#serve(request, response));
  readonly #profile: SocketProfile;
  readonly #random;
  readonly #meters;
  readonly #arrivals: Arrival[] = [];
  #leaked429 = 0;

  constructor(profile: SocketProfile, seed: number) {
    this.#profile = profile;
    this.#random = seededRandom(seed);
    this.#meters = makeProvider(profile.kind, profile.limits, profile.counting, this.#random);
  }

  report(): ProviderReport {
    const { name, limits } = this.#profile;
    let brokenWindows = 0;
    let utilization = 0;
    for (const limit of limits) {
      const auditor = new Auditor();
      const costOf = ({ usedOutputTokens }: ProviderCall): number => {
        if (limit.counts === "requests") return 1;
        if (limit.counts === "input") return INPUT_TOKENS;
        return usedOutputTokens + (limit.counts === "tokens" ? INPUT_TOKENS : 0);
      };
      for (const { atMs, call } of this.#arrivals) auditor.note(atMs, costOf(call));
      const cap = limit.amount - MARGIN;
      // What is counted at the end is not seen by one who knows arrivals only.
      if (!this.#isCountedAtEnd(limit)) brokenWindows += auditor.check(limit.windowMs, cap).broken;
      utilization = Math.max(utilization, this.#used(costOf, limit) / cap);
    }
    return { name, calls: this.#arrivals.length, leaked429: this.#leaked429, brokenWindows, utilization };
  }

  /** The mean of what was used in a window and guard, over as many whole ones as there were. */
  #used(costOf: (call: ProviderCall) => number, limit: ProviderLimit): number {
    const heldMs = limit.windowMs + GUARD_MS + (this.#isCountedAtEnd(limit) ? MEAN_OPEN_MS : 0);
    const firstMs = this.#arrivals[0]?.atMs ?? 0;
    const lastMs = this.#arrivals.at(-1)?.atMs ?? 0;
    const windows = Math.floor((lastMs - firstMs) / heldMs);
    let used = 0;
    for (const { atMs, call } of this.#arrivals) if (atMs < firstMs + windows * heldMs) used += costOf(call);
    return used / windows;
  }

  #isCountedAtEnd({ counts }: ProviderLimit): boolean {
    const { at } = this.#profile.counting;
    if (counts === "requests") return false;
    return at === "end" || (at === "split" && counts !== "input");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as { max_tokens?: number; max_completion_tokens?: number };
    const reservedOutputTokens = body.max_tokens ?? body.max_completion_tokens ?? MOST_OUTPUT_TOKENS;
    const call: ProviderCall = {
      inputTokens: INPUT_TOKENS,
      reservedOutputTokens,
      usedOutputTokens: Math.ceil(reservedOutputTokens * (0.5 + this.#random.next() / 2)),
    };
    const dice = this.#random.next();
    await elapsed(dice < 0.1 ? 0 : dice > 0.9 ? JITTER_MS : this.#random.next() * JITTER_MS);
    const atMs = performance.now();
    this.#arrivals.push({ atMs, call });
    if (!this.#meters.arrive(atMs, call)) {
      this.#leaked429++;
      answer(response, 429, { error: { message: "Too many requests", type: "rate_limit_error" } });
      return;
    }
    await elapsed(LEAST_CALL_MS + this.#random.next() * (MOST_CALL_MS - LEAST_CALL_MS));
    if (!this.#meters.finish(performance.now(), call)) this.#leaked429++;
    answer(response, 200, {
      model: "m",
      choices: [{ message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
      usage: { prompt_tokens: INPUT_TOKENS, completion_tokens: call.usedOutputTokens },
    });
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function elapsed(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

const seed = Number(process.argv[2]);
const delays = monitorEventLoopDelay({ resolution: 10 });
const providers = SOCKET_PROFILES.map((profile, index) => new ZooProvider(profile, seed + index));
const ports = providers.map(async ({ server }) => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
});
process.send!(await Promise.all(ports));
delays.enable();
process.on("message", () => {
  const longestStallMs = delays.max / 1e6;
  const report: ZooReport = { providers: providers.map((provider) => provider.report()), longestStallMs };
  process.send!(report, () => process.exit());
});
