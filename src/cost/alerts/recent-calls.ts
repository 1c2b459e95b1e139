import { MINUTE_MS } from "../../core/durations.ts";
import type { LedgerEntry } from "../ledger.ts";

const MINUTES = 5;
/** How far back calls count, in milliseconds. */
export const RECENT_MS: number = MINUTES * MINUTE_MS;

/** Failures that say nothing about the provider's health. */
const CALLERS_FAULTS: ReadonlySet<string | undefined> = new Set([
  "VALIDATION",
  "CONTEXT_TOO_LONG",
  "CONTENT_FILTERED",
  "CANCELLED",
]);

/** How calls of one provider ended. */
export type CallEnd = Pick<LedgerEntry, "kind" | "outcome" | "reason" | "provider" | "wallMs">;

/** Calls that ended alike in the same minute. */
export interface EndedCalls extends CallEnd {
  readonly count: number;
}

/** The calls of one provider in the last 5 minutes. */
export interface RecentCounts {
  readonly provider: string;
  readonly calls: number;
  /** Those that are the provider's own; 429s included. */
  readonly failures: number;
  readonly rateLimitHits: number;
}

interface Minute {
  readonly index: number;
  calls: number;
  failures: number;
  rateLimitHits: number;
}

/** Counts calls by provider and minute, and forgets them after 5 minutes. */
export class RecentCalls {
  readonly #minutes = new Map<string, Minute[]>();

  record({ kind, outcome, reason, provider, wallMs }: CallEnd, count = 1): void {
    if (kind !== "attempt" && kind !== "slot") return;
    if (outcome === "cancelled" || outcome === "expired") return;
    const minute = this.#minute(provider, Math.floor(wallMs / MINUTE_MS));
    minute.calls += count;
    if (outcome === "failed" && !CALLERS_FAULTS.has(reason)) minute.failures += count;
    if (reason === "RATE_LIMITED") minute.rateLimitHits += count;
  }

  /** Providers with calls in the last 5 minutes. */
  counts(nowWallMs: number): RecentCounts[] {
    const oldest = Math.floor(nowWallMs / MINUTE_MS) - MINUTES + 1;
    return [...this.#minutes].flatMap(([provider, minutes]) => {
      const recent = minutes.filter(({ index }) => index >= oldest);
      this.#minutes.set(provider, recent);
      if (recent.length === 0) return [];
      const sum = (field: "calls" | "failures" | "rateLimitHits"): number =>
        recent.reduce((total, minute) => total + minute[field], 0);
      return [
        { provider, calls: sum("calls"), failures: sum("failures"), rateLimitHits: sum("rateLimitHits") },
      ];
    });
  }

  #minute(provider: string, index: number): Minute {
    const minutes = this.#minutes.get(provider) ?? [];
    this.#minutes.set(provider, minutes);
    const last = minutes.at(-1);
    if (last !== undefined && last.index >= index) return last;
    if (minutes.length > MINUTES) minutes.shift();
    const minute = { index, calls: 0, failures: 0, rateLimitHits: 0 };
    minutes.push(minute);
    return minute;
  }
}
