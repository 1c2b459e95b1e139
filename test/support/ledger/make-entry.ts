import type { Random } from "../../../src/core/random.ts";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";

/** A succeeded first-choice attempt at the epoch; `changes` replace what matters to a test. */
export function makeEntry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    wallMs: 0,
    kind: "attempt",
    outcome: "succeeded",
    reason: undefined,
    tenant: "default",
    tags: {},
    taskType: "",
    provider: "openai",
    model: "openai/gpt-4o-mini",
    deployment: "openai/gpt-4o-mini",
    usage: { inputTokens: 100, outputTokens: 20 },
    cost: { inputNanoUsd: 15_000n, outputNanoUsd: 12_000n, totalNanoUsd: 27_000n, priceSource: "config" },
    reservedTokens: 200,
    waitedMs: 0,
    isRateLimitWait: false,
    latencyMs: 250,
    isFallback: false,
    isRateLimitFallback: false,
    isLast: true,
    requestId: "req_1",
    traceId: "",
    ...changes,
  };
}

const MODELS = ["openai/gpt-4o", "openai/gpt-4o-mini", "gemini/gemini-2.5-flash", "ollama/a.b"];
const TENANTS = ["search", "chat", "default"];
const TAGS: readonly Readonly<Record<string, string>>[] = [
  {},
  { team: "blue" },
  { team: "red", env: "prod" },
  { env: "prod", team: "blue" },
  { team: 'a"b\n=c', "": "empty name" },
];

/** A row with every field drawn by chance, ended in `[startMs, endMs)`. */
export function randomEntry(random: Random, startMs: number, endMs: number): LedgerEntry {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random.next() * values.length)]!;
  const maybe = (probability: number): boolean => random.next() < probability;
  const tokens = (): number => Math.floor(random.next() * 1e5);
  const model = pick(MODELS);
  const kind = pick(["attempt", "attempt", "slot", "cache_hit", "refusal"] as const);
  const outcome =
    kind === "refusal"
      ? "refused"
      : pick(["succeeded", "succeeded", "failed", "cancelled", "expired"] as const);
  const input = BigInt(Math.floor(random.next() * 2 ** 50)) * 3n;
  const output = BigInt(Math.floor(random.next() * 1e6));
  return makeEntry({
    wallMs: startMs + Math.floor(random.next() * (endMs - startMs)),
    kind,
    outcome,
    reason:
      kind === "refusal"
        ? pick(["WAIT_TOO_LONG", "BUDGET_EXCEEDED", "DEADLINE_EXCEEDED"] as const)
        : undefined,
    tenant: pick(TENANTS),
    tags: pick(TAGS),
    provider: model.split("/")[0]!,
    model,
    usage: maybe(0.2)
      ? undefined
      : {
          ...(maybe(0.8) && { inputTokens: tokens() }),
          ...(maybe(0.8) && { outputTokens: tokens() }),
          ...(maybe(0.3) && { cachedInputTokens: tokens() }),
          ...(maybe(0.1) && { totalTokens: tokens() }),
          ...(maybe(0.1) && { estimated: true }),
        },
    cost: maybe(0.3)
      ? undefined
      : {
          inputNanoUsd: input,
          outputNanoUsd: output,
          totalNanoUsd: input + output,
          priceSource: pick(["config", "genai-prices 1"]),
        },
    waitedMs: maybe(0.5) ? 0 : random.next() * 1000,
    isRateLimitWait: maybe(0.3),
    latencyMs: maybe(0.2) ? undefined : Math.round(random.next() * 1e6) / 1000,
    isFallback: maybe(0.3),
    isRateLimitFallback: maybe(0.2),
    isLast: maybe(0.8),
    requestId: `req_${Math.floor(random.next() * 1e9)}`,
    traceId: maybe(0.5) ? "0af7651916cd43dd8448eb211c80319c" : "",
  });
}
