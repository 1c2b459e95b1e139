import type { CompleteResult } from "../../../src/completion/complete-result.ts";
import type { Refusal } from "../../../src/core/refusal.ts";
import { makeCompleterBench, runClock } from "./completer-bench.ts";
import { makeCommand } from "./make-command.ts";
import type { Line, SeenCall } from "./scripted-provider.ts";

/** What is wrong with the primary. */
export const FAULTS = {
  "100 % errors": { kind: "fail", afterMs: 20, reason: "SERVER_ERROR" },
  slow: { kind: "answer", afterMs: 2_000 },
  hanging: { kind: "hang" },
  "cutting before the first token": { kind: "fail", afterMs: 20, reason: "CONNECTION" },
  "cutting after the first token": { kind: "cut", afterMs: 50 },
  "cutting a second after the first token": { kind: "cut", afterMs: 50, restMs: 1_000 },
  "429": { kind: "fail", afterMs: 20, reason: "RATE_LIMITED" },
} as const satisfies Readonly<Record<string, Line>>;

const HEALTHY: Line = { kind: "answer", afterMs: 50 };
const WARM_MS = 60_000;
const RECOVERY_MS = 120_000;
const PRIMARY = "primary/m";

export interface DrillOptions {
  readonly fault: Line;
  readonly hedge: boolean;
  /** `mixed`: every other request. */
  readonly streamed: "all" | "none" | "mixed";
  readonly faultMs: number;
  readonly requestsPerSecond: number;
}

export interface DrillReport {
  /** Requests that came during the fault. */
  readonly requestCount: number;
  readonly failedCount: number;
  /** Requests with an attempt whose stream was held back. */
  readonly heldBackCount: number;
  /** Of requests before the fault, and during it. */
  readonly healthyP99Ms: number;
  readonly faultP99Ms: number;
  readonly primaryCallCount: number;
  /** States of the primary's breaker, in order. */
  readonly breaker: readonly string[];
  /** Most calls of the primary at once while its breaker was half open. */
  readonly mostProbes: number;
  /** From the end of the fault to the first answer of the primary. */
  readonly recoveryMs: number;
  /** Whether all the traffic of the last minute went to the primary again, and was answered. */
  readonly isRecovered: boolean;
}

/** Traffic on a primary that breaks for a while, beside a healthy second, in virtual time. */
export async function drillOutage(options: DrillOptions): Promise<DrillReport> {
  const { fault, faultMs, requestsPerSecond } = options;
  const endMs = WARM_MS + faultMs;
  const breaker: string[] = [];
  const probes: SeenCall[] = [];
  let mostProbes = 0;
  let primaryCallCount = 0;
  const bench = await makeCompleterBench({
    config: CONFIG,
    seed: 1,
    lineOf: (deployment) => (deployment === PRIMARY && isFaulty(clock.monotonicMs()) ? fault : HEALTHY),
    onBreaker: (_, state) => void breaker.push(state),
    onCall(seen) {
      if (seen.deployment !== PRIMARY) return;
      if (isFaulty(seen.startMs)) primaryCallCount++;
      if (bench.health.breaker(PRIMARY).kind !== "half_open") return;
      probes.push(seen);
      mostProbes = Math.max(mostProbes, probes.filter(({ endMs: ended }) => ended === undefined).length);
    },
  });
  const { clock, completer } = bench;
  const isFaulty = (nowMs: number): boolean => nowMs >= WARM_MS && nowMs < endMs;
  const asked: Asked[] = [];
  const ask = async (atMs: number, isStreamed: boolean): Promise<void> => {
    await new Promise<void>((resolve) => void clock.after(atMs, resolve));
    const call = {
      caller: { tenant: "default" },
      signal: new AbortController().signal,
      deadlineMs: undefined,
    };
    const command = makeCommand(50, {
      model: PRIMARY,
      fallbackModels: ["second/m"],
      hedge: options.hedge,
    });
    const end = isStreamed
      ? await endOf(completer.stream(command, call))
      : await completer.complete(command, call);
    const endedMs = clock.monotonicMs();
    const isAnswered = "attempts" in end;
    asked.push({
      atMs,
      latencyMs: endedMs - atMs,
      endedMs,
      model: isAnswered ? end.model : undefined,
      isHeldBack: isAnswered && end.attempts.some(({ explanation }) => explanation.includes("held back")),
    });
  };
  const count = ((endMs + RECOVERY_MS) * requestsPerSecond) / 1_000;
  const isStream = (index: number): boolean =>
    options.streamed === "all" || (options.streamed === "mixed" && index % 2 === 0);
  const traffic = Array.from({ length: count }, (_, index) =>
    ask((index * 1_000) / requestsPerSecond, isStream(index)),
  );
  await runClock(clock, Promise.all(traffic));

  const during = asked.filter(({ atMs }) => isFaulty(atMs));
  const last = asked.filter(({ atMs }) => atMs >= endMs + RECOVERY_MS - 60_000);
  const recovered = asked.filter(({ endedMs, model }) => endedMs >= endMs && model === PRIMARY);
  return {
    requestCount: during.length,
    failedCount: during.filter(({ model }) => model === undefined).length,
    heldBackCount: during.filter(({ isHeldBack }) => isHeldBack).length,
    healthyP99Ms: p99(asked.filter(({ atMs }) => atMs < WARM_MS)),
    faultP99Ms: p99(during),
    primaryCallCount,
    breaker,
    mostProbes,
    recoveryMs: Math.min(...recovered.map(({ endedMs }) => endedMs)) - endMs,
    isRecovered: last.every(({ model }) => model === PRIMARY),
  };
}

interface Asked {
  readonly atMs: number;
  readonly endedMs: number;
  readonly latencyMs: number;
  /** Who answered. Undefined: nobody. */
  readonly model: string | undefined;
  readonly isHeldBack: boolean;
}

function p99(asked: readonly Asked[]): number {
  const latencies = asked.map(({ latencyMs }) => latencyMs).sort((one, other) => one - other);
  return latencies[Math.floor(latencies.length * 0.99)]!;
}

async function endOf(
  events: ReturnType<Awaited<ReturnType<typeof makeCompleterBench>>["completer"]["stream"]>,
): Promise<CompleteResult | Refusal> {
  for await (const event of events) {
    if (event.kind === "done") return event.result;
    if (event.kind === "refused") return event;
  }
  throw new Error("a stream ended without an end");
}

const CONFIG = `
scheduler: {max_wait: 500ms}
providers:
${["primary", "second"]
  .map(
    (name) => `  ${name}:
    type: openai_compatible
    base_url: http://127.0.0.1:9/v1
    api_key: none
    timeout: 5s
    first_token_timeout: 5s
    retry_delay: 100ms
    models: {m: {context_window: 100000, limits: {rpm: 60000}, price: {input_per_million_usd: 1, output_per_million_usd: 1}}}`,
  )
  .join("\n")}
`;
