import { Counter, type Registry } from "prom-client";
import type { LedgerEntry, LedgerSink } from "../cost/ledger.ts";
import { type CallTally, DeploymentTally, type Times } from "./call-tally.ts";
import type { Distribution } from "./distribution.ts";
import { addCounter, addHistogram, type LiveDistribution, type LiveSample } from "./live-metrics.ts";

const DEPLOYMENT_LABELS = ["provider", "model", "deployment"];

/**
 * Counts what goes to the ledger. Neither tags nor names of requests become labels, and tenants only where they are
 * configured, so that there are never more series than the configuration makes. A call is counted in plain numbers:
 * the library looks labels up for each of them, and took 3 µs of a call.
 */
export class CallMetrics implements LedgerSink {
  readonly #tenants: ReadonlySet<string>;
  readonly #deployments = new Map<string, DeploymentTally>();
  readonly #cacheHits: Counter;

  /** `tenants` are the names of those that are configured. */
  constructor(registry: Registry, tenants: Iterable<string>) {
    this.#tenants = new Set(tenants);
    addCounter(registry, {
      name: "headway_attempts_total",
      help: "Calls of providers that have ended: attempts of a Complete, and slots.",
      labelNames: ["tenant", ...DEPLOYMENT_LABELS, "kind", "outcome", "reason"],
      read: () => this.#ofTenants(({ ends }) => ends.map(({ labels, count }) => ({ labels, value: count }))),
    });
    addCounter(registry, {
      name: "headway_expired_slots_total",
      help: "Slots that nobody settled in time.",
      labelNames: DEPLOYMENT_LABELS,
      read: () =>
        [...this.#deployments.values()].map(({ labels, expiredCount: value }) => ({ labels, value })),
    });
    addCounter(registry, {
      name: "headway_tokens_total",
      help: "Tokens of the calls that have ended.",
      labelNames: ["tenant", ...DEPLOYMENT_LABELS, "type"],
      read: () =>
        this.#ofTenants(({ tokens }) => [...tokens].map(([type, value]) => ({ labels: { type }, value }))),
    });
    addCounter(registry, {
      name: "headway_cost_usd_total",
      help: "Cost of the calls that have ended, in dollars, where the price is known.",
      labelNames: ["tenant", ...DEPLOYMENT_LABELS],
      read: () => this.#ofTenants(({ costUsd: value }) => [{ labels: {}, value }]),
    });
    this.#cacheHits = new Counter({
      name: "headway_cache_hits_total",
      help: "Requests that were answered without a call.",
      labelNames: ["tenant", "model"],
      registers: [registry],
    });
    addHistogram(registry, {
      name: "headway_wait_seconds",
      help: "How long calls waited for their turn.",
      read: () => this.#ofKinds(({ wait }) => wait),
    });
    addHistogram(registry, {
      name: "headway_attempt_duration_seconds",
      help: "From the start of a call to its end, or of a slot to its settlement.",
      read: () => this.#ofKinds(({ duration }) => duration),
    });
  }

  record(entry: LedgerEntry): void {
    const { kind, deployment, model, tenant } = entry;
    const named = this.#tenants.has(tenant) ? tenant : "";
    if (kind === "attempt" || kind === "slot") this.#tallyOf(deployment, entry).note(named, entry);
    else if (kind === "cache_hit") this.#cacheHits.inc({ ...tenantLabel(named), model });
  }

  #tallyOf(deployment: string, entry: LedgerEntry): DeploymentTally {
    let tally = this.#deployments.get(deployment);
    if (tally === undefined) {
      tally = new DeploymentTally(entry);
      this.#deployments.set(deployment, tally);
    }
    return tally;
  }

  /** The samples of each tenant at each deployment. */
  #ofTenants(samples: (tally: CallTally) => readonly LiveSample[]): LiveSample[] {
    return [...this.#deployments.values()].flatMap(({ labels: place, tenants }) =>
      [...tenants].flatMap(([tenant, tally]) =>
        samples(tally).map(({ labels, value }) => ({
          labels: { ...tenantLabel(tenant), ...place, ...labels },
          value,
        })),
      ),
    );
  }

  /** A distribution of the calls of each kind at each deployment. */
  #ofKinds(choose: (times: Times) => Distribution): LiveDistribution[] {
    return [...this.#deployments.values()].flatMap(({ labels, times }) =>
      [...times].map(([kind, one]) => ({ labels: { ...labels, kind }, distribution: choose(one) })),
    );
  }
}

/** Empty: none. */
function tenantLabel(tenant: string): { tenant?: string } {
  return tenant === "" ? {} : { tenant };
}
