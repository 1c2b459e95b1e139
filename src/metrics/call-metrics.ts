import { Counter, Histogram, type Registry } from "prom-client";
import type { LedgerEntry, LedgerSink } from "../cost/ledger.ts";

/** Bounds in seconds; what starts at once is in the first. The last is the longest wait of a request that names none. */
const WAIT_BUCKETS = [0, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
/** Bounds in seconds as OpenTelemetry advises for `gen_ai.client.operation.duration`. */
const DURATION_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

const DEPLOYMENT_LABELS = ["provider", "model", "deployment"] as const;

/**
 * Counts what goes to the ledger. Neither tags nor names of requests become labels, and tenants only where they are
 * configured, so that there are never more series than the configuration makes.
 */
export class CallMetrics implements LedgerSink {
  readonly #tenants: ReadonlySet<string>;
  readonly #attempts: Counter;
  readonly #expired: Counter;
  readonly #tokens: Counter;
  readonly #cost: Counter;
  readonly #cacheHits: Counter;
  readonly #wait: Histogram;
  readonly #duration: Histogram;

  /** `tenants` are the names of those that are configured. */
  constructor(registry: Registry, tenants: Iterable<string>) {
    this.#tenants = new Set(tenants);
    const registers = [registry];
    this.#attempts = new Counter({
      name: "headway_attempts_total",
      help: "Calls of providers that have ended: attempts of a Complete, and slots.",
      labelNames: ["tenant", ...DEPLOYMENT_LABELS, "kind", "outcome", "reason"],
      registers,
    });
    this.#expired = new Counter({
      name: "headway_expired_slots_total",
      help: "Slots that nobody settled in time.",
      labelNames: DEPLOYMENT_LABELS,
      registers,
    });
    this.#tokens = new Counter({
      name: "headway_tokens_total",
      help: "Tokens of the calls that have ended.",
      labelNames: ["tenant", ...DEPLOYMENT_LABELS, "type"],
      registers,
    });
    this.#cost = new Counter({
      name: "headway_cost_usd_total",
      help: "Cost of the calls that have ended, in dollars, where the price is known.",
      labelNames: ["tenant", ...DEPLOYMENT_LABELS],
      registers,
    });
    this.#cacheHits = new Counter({
      name: "headway_cache_hits_total",
      help: "Requests that were answered without a call.",
      labelNames: ["tenant", "model"],
      registers,
    });
    this.#wait = new Histogram({
      name: "headway_wait_seconds",
      help: "How long calls waited for their turn.",
      labelNames: [...DEPLOYMENT_LABELS, "kind"],
      buckets: WAIT_BUCKETS,
      registers,
    });
    this.#duration = new Histogram({
      name: "headway_attempt_duration_seconds",
      help: "From the start of a call to its end, or of a slot to its settlement.",
      labelNames: [...DEPLOYMENT_LABELS, "kind"],
      buckets: DURATION_BUCKETS,
      registers,
    });
  }

  record(entry: LedgerEntry): void {
    if (entry.kind === "attempt" || entry.kind === "slot") this.#recordCall(entry);
    else if (entry.kind === "cache_hit") {
      this.#cacheHits.inc({ ...this.#tenantOf(entry), model: entry.model });
    }
  }

  #recordCall(entry: LedgerEntry): void {
    const { kind, outcome, provider, model, deployment } = entry;
    const place = { provider, model, deployment };
    const tenant = this.#tenantOf(entry);
    this.#addUse({ ...tenant, ...place }, entry);
    // The late settlement of a slot that had expired is no further call.
    if (kind === "slot" && !entry.isLast) return;
    this.#attempts.inc({ ...tenant, ...place, kind, outcome, reason: entry.reason ?? "" });
    if (outcome === "expired") this.#expired.inc(place);
    this.#wait.observe({ ...place, kind }, entry.waitedMs / 1_000);
    if (entry.latencyMs !== undefined) this.#duration.observe({ ...place, kind }, entry.latencyMs / 1_000);
  }

  #addUse(labels: Record<string, string>, { usage, cost }: LedgerEntry): void {
    if (usage !== undefined) {
      const { inputTokens, outputTokens, totalTokens } = usage;
      this.#addTokens(labels, "input", inputTokens);
      this.#addTokens(labels, "output", outputTokens);
      if (inputTokens === undefined && outputTokens === undefined) {
        this.#addTokens(labels, "unsplit", totalTokens);
      }
      this.#addTokens(labels, "cached_input", usage.cachedInputTokens);
      this.#addTokens(labels, "cache_write_input", usage.cacheWriteInputTokens);
      this.#addTokens(labels, "reasoning", usage.reasoningTokens);
    }
    // A late settlement may take back some of what an expired slot was charged, but a counter never falls.
    if (cost !== undefined && cost.totalNanoUsd >= 0n)
      this.#cost.inc(labels, Number(cost.totalNanoUsd) / 1e9);
  }

  #addTokens(labels: Record<string, string>, type: string, count: number | undefined): void {
    if (count !== undefined && count >= 0) this.#tokens.inc({ ...labels, type }, count);
  }

  #tenantOf({ tenant }: LedgerEntry): { tenant?: string } {
    return this.#tenants.has(tenant) ? { tenant } : {};
  }
}
