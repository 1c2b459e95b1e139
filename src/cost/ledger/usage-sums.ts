import { TOKEN_KINDS } from "../../core/usage.ts";
import type { LedgerEntry } from "../ledger.ts";
import type { UsageTotals } from "./usage-query.ts";

/** Sums that are always known. Latency is in microseconds, so that sums are whole numbers and add up in any order. */
export const COUNT_FIELDS = [
  "requests",
  "primaryRequests",
  "fallbackRequests",
  "rateLimitWaits",
  "rateLimitFallbacks",
  "scheduledWaits",
  "waitTimeouts",
  "errors",
  "cacheHits",
  "answered",
  "estimatedCalls",
  "pricedCalls",
  "latencyUs",
  "latencyCalls",
] as const;

/** Tokens by kind; undefined until a row reports some, if only 0. */
export const TOKEN_FIELDS = [...TOKEN_KINDS, "totalTokens"] as const;

/** Money, in nano-dollars. */
export const MONEY_FIELDS = ["inputNanoUsd", "outputNanoUsd", "totalNanoUsd"] as const;

type Counts = Record<(typeof COUNT_FIELDS)[number], number>;
type Tokens = Record<(typeof TOKEN_FIELDS)[number], number | undefined>;
type Money = Record<(typeof MONEY_FIELDS)[number], bigint>;

/** In place of where a price came from, when prices came from several places. */
export const SEVERAL_SOURCES = "";

/** Rows of the ledger added up. Adding is exact and in any order. */
export class UsageSums implements Counts, Tokens, Money {
  requests = 0;
  primaryRequests = 0;
  fallbackRequests = 0;
  rateLimitWaits = 0;
  rateLimitFallbacks = 0;
  scheduledWaits = 0;
  waitTimeouts = 0;
  errors = 0;
  cacheHits = 0;
  answered = 0;
  estimatedCalls = 0;
  pricedCalls = 0;
  latencyUs = 0;
  latencyCalls = 0;
  inputTokens: number | undefined = undefined;
  outputTokens: number | undefined = undefined;
  cachedInputTokens: number | undefined = undefined;
  cacheWriteInputTokens: number | undefined = undefined;
  reasoningTokens: number | undefined = undefined;
  totalTokens: number | undefined = undefined;
  inputNanoUsd = 0n;
  outputNanoUsd = 0n;
  totalNanoUsd = 0n;
  /** Of the first priced row; empty as soon as another row has another. Undefined: no row is priced. */
  priceSource: string | undefined = undefined;

  /** Adds one row. */
  addEntry(entry: LedgerEntry): void {
    if (entry.isLast) this.#addRequest(entry);
    if (entry.isRateLimitWait) this.rateLimitWaits++;
    if (entry.isRateLimitFallback) this.rateLimitFallbacks++;
    if (entry.waitedMs > 0) this.scheduledWaits++;
    if (entry.kind === "cache_hit") this.cacheHits++;
    this.#addUsage(entry);
    this.#addCost(entry);
  }

  /** Adds other sums. */
  addSums(other: UsageSums): void {
    for (const field of COUNT_FIELDS) this[field] += other[field];
    for (const field of TOKEN_FIELDS) this[field] = plus(this[field], other[field]);
    for (const field of MONEY_FIELDS) this[field] += other[field];
    if (other.priceSource !== undefined) this.addPriceSource(other.priceSource);
  }

  /** Notes where a price came from that is part of the sums. */
  addPriceSource(source: string): void {
    this.priceSource =
      this.priceSource === undefined || this.priceSource === source ? source : SEVERAL_SOURCES;
  }

  /** The sums as users see them. */
  totals(): UsageTotals {
    const { requests, answered, latencyCalls, latencyUs } = this;
    return {
      requests,
      primaryRequests: this.primaryRequests,
      fallbackRequests: this.fallbackRequests,
      rateLimitWaits: this.rateLimitWaits,
      rateLimitFallbacks: this.rateLimitFallbacks,
      scheduledWaits: this.scheduledWaits,
      waitTimeouts: this.waitTimeouts,
      errors: this.errors,
      cacheHits: this.cacheHits,
      usage: this.#usage(),
      cost:
        this.pricedCalls === 0
          ? undefined
          : {
              inputNanoUsd: this.inputNanoUsd,
              outputNanoUsd: this.outputNanoUsd,
              totalNanoUsd: this.totalNanoUsd,
              priceSource: this.priceSource ?? "",
            },
      averageLatencyMs: latencyCalls === 0 ? undefined : latencyUs / latencyCalls / 1000,
      successRate: requests === 0 ? undefined : answered / requests,
    };
  }

  #addRequest({ kind, outcome, reason, isFallback, latencyMs }: LedgerEntry): void {
    this.requests++;
    if (outcome === "failed" || outcome === "refused") this.errors++;
    if (outcome === "refused" && (reason === "WAIT_TOO_LONG" || reason === "DEADLINE_EXCEEDED")) {
      this.waitTimeouts++;
    }
    if (outcome !== "succeeded") return;
    this.answered++;
    if (kind === "cache_hit") return;
    if (isFallback) this.fallbackRequests++;
    else this.primaryRequests++;
    if (latencyMs === undefined) return;
    this.latencyCalls++;
    this.latencyUs += Math.round(latencyMs * 1000);
  }

  #addUsage({ usage }: LedgerEntry): void {
    if (usage === undefined) return;
    this.inputTokens = plus(this.inputTokens, usage.inputTokens);
    this.outputTokens = plus(this.outputTokens, usage.outputTokens);
    this.cachedInputTokens = plus(this.cachedInputTokens, usage.cachedInputTokens);
    this.cacheWriteInputTokens = plus(this.cacheWriteInputTokens, usage.cacheWriteInputTokens);
    this.reasoningTokens = plus(this.reasoningTokens, usage.reasoningTokens);
    this.totalTokens = plus(
      this.totalTokens,
      usage.totalTokens ?? plus(usage.inputTokens, usage.outputTokens),
    );
    if (usage.estimated) this.estimatedCalls++;
  }

  #addCost({ cost }: LedgerEntry): void {
    if (cost === undefined) return;
    this.pricedCalls++;
    this.inputNanoUsd += cost.inputNanoUsd;
    this.outputNanoUsd += cost.outputNanoUsd;
    this.totalNanoUsd += cost.totalNanoUsd;
    this.addPriceSource(cost.priceSource);
  }

  #usage(): UsageTotals["usage"] {
    const usage: { -readonly [Field in keyof UsageTotals["usage"]]: UsageTotals["usage"][Field] } = {};
    for (const field of TOKEN_FIELDS) {
      const tokens = this[field];
      if (tokens !== undefined) usage[field] = tokens;
    }
    if (this.estimatedCalls > 0) usage.estimated = true;
    return usage;
  }
}

function plus(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : left + right;
}
