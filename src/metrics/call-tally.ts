import type { LedgerEntry, LedgerKind, LedgerOutcome, LedgerUsage } from "../cost/ledger.ts";
import { Distribution } from "./distribution.ts";

/** Bounds in seconds; what starts at once is in the first. The last is the longest wait of a request that names none. */
const WAIT_BOUNDS = [0, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
/** Bounds in seconds as OpenTelemetry advises for `gen_ai.client.operation.duration`. */
const DURATION_BOUNDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/** Calls that ended alike. */
export interface Ends {
  readonly labels: {
    readonly kind: LedgerKind;
    readonly outcome: LedgerOutcome;
    /** Empty: none. */
    readonly reason: string;
  };
  count: number;
}

/** How long the calls of one kind took. */
export interface Times {
  readonly wait: Distribution;
  readonly duration: Distribution;
}

/** Kinds of tokens as metrics name them; `unsplit` are input and output where only both together are known. */
export type TokenType = "input" | "output" | "unsplit" | "cached_input" | "cache_write_input" | "reasoning";

/** What the calls of one tenant at one deployment have come to. */
export class CallTally {
  readonly ends: Ends[] = [];
  /** Those that are missing were never told. */
  readonly tokens = new Map<TokenType, number>();
  /** In dollars. Undefined: never known. */
  costUsd: number | undefined;

  noteEnd({ kind, outcome, reason: told }: LedgerEntry): void {
    const reason = told ?? "";
    // There are a handful at most.
    for (const known of this.ends) {
      const { labels } = known;
      if (labels.outcome === outcome && labels.kind === kind && labels.reason === reason) {
        known.count++;
        return;
      }
    }
    this.ends.push({ labels: { kind, outcome, reason }, count: 1 });
  }

  noteUse({ usage, cost }: LedgerEntry): void {
    if (usage !== undefined) this.#noteTokens(usage);
    // A late settlement may take back some of what an expired slot was charged, but a counter never falls.
    if (cost !== undefined && cost.totalNanoUsd >= 0n) {
      this.costUsd = (this.costUsd ?? 0) + Number(cost.totalNanoUsd) / 1e9;
    }
  }

  #noteTokens(usage: LedgerUsage): void {
    const { inputTokens, outputTokens, totalTokens } = usage;
    this.#add("input", inputTokens);
    this.#add("output", outputTokens);
    if (inputTokens === undefined && outputTokens === undefined) this.#add("unsplit", totalTokens);
    this.#add("cached_input", usage.cachedInputTokens);
    this.#add("cache_write_input", usage.cacheWriteInputTokens);
    this.#add("reasoning", usage.reasoningTokens);
  }

  #add(type: TokenType, count: number | undefined): void {
    if (count !== undefined && count >= 0) this.tokens.set(type, (this.tokens.get(type) ?? 0) + count);
  }
}

/** What the calls at one deployment have come to. */
export class DeploymentTally {
  readonly labels: { readonly provider: string; readonly model: string; readonly deployment: string };
  /** By tenant; empty: those that are not named. */
  readonly tenants = new Map<string, CallTally>();
  readonly times = new Map<LedgerKind, Times>();
  /** Slots that nobody settled in time. Undefined: there was never one. */
  expiredCount: number | undefined;

  constructor({ provider, model, deployment }: LedgerEntry) {
    this.labels = { provider, model, deployment };
  }

  /** `tenant` empty: not to be named. */
  note(tenant: string, entry: LedgerEntry): void {
    let tally = this.tenants.get(tenant);
    if (tally === undefined) {
      tally = new CallTally();
      this.tenants.set(tenant, tally);
    }
    tally.noteUse(entry);
    // The late settlement of a slot that had expired is no further call.
    if (entry.kind === "slot" && !entry.isLast) return;
    tally.noteEnd(entry);
    if (entry.outcome === "expired") this.expiredCount = (this.expiredCount ?? 0) + 1;
    this.#noteTimes(entry);
  }

  #noteTimes({ kind, waitedMs, latencyMs }: LedgerEntry): void {
    let times = this.times.get(kind);
    if (times === undefined) {
      times = { wait: new Distribution(WAIT_BOUNDS), duration: new Distribution(DURATION_BOUNDS) };
      this.times.set(kind, times);
    }
    times.wait.note(waitedMs / 1_000);
    if (latencyMs !== undefined) times.duration.note(latencyMs / 1_000);
  }
}
