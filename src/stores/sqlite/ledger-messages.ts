import type { AlertHistory, AlertRecord } from "../../cost/alerts/alert-store.ts";
import type { UsageQuery } from "../../cost/ledger/usage-query.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import type { PackedSummary } from "./packed-summary.ts";
import type { RowBatch } from "./row-batch.ts";

/** What the thread of the ledger is started with. */
export interface LedgerWorkerData {
  readonly path: string;
  readonly retentionMs: number;
}

/** To the thread. Messages are worked on in order. */
export type LedgerCommand =
  /** Into the group that is being written. `sentRowCount`: rows that were sent and not answered, with these. */
  | { readonly kind: "write"; readonly rows: RowBatch; readonly sentRowCount: number }
  /** End the group, as every other command does first. Answered by `written` or `write_failed`. */
  | { readonly kind: "commit" }
  /** Try once more to keep what could not be kept. Answered like `commit`, and by `recovered` at the end. */
  | { readonly kind: "retry" }
  /** Answered by `missing`. */
  | { readonly kind: "find_missing"; readonly entries: readonly LedgerEntry[] }
  | { readonly kind: "query"; readonly id: number; readonly query: UsageQuery }
  /** Answered by `alerts` or `alerts_failed`. */
  | { readonly kind: "load_alerts"; readonly callsSinceWallMs: number }
  /** Answered by `alert_saved`, and by `write_failed` before it when that has to be tried again. */
  | { readonly kind: "save_alert"; readonly record: AlertRecord }
  /** Not answered. */
  | { readonly kind: "forget_alerts"; readonly keys: readonly string[] }
  /** Let go of a bounded part of what is older than it is kept. Answered by `pruned`. */
  | { readonly kind: "prune"; readonly nowWallMs: number }
  /** Answered by `closed`, the last message. */
  | { readonly kind: "close" };

/** From the thread. */
export type LedgerReply =
  | { readonly kind: "opened" }
  /** The only message: there is no ledger. */
  | { readonly kind: "open_failed"; readonly explanation: string }
  /** So many rows more are kept; `lostCount` others never can be, since SQLite does not take their values. */
  | { readonly kind: "written"; readonly keptCount: number; readonly lostCount: number }
  /** One row that was kept is so no more, since a sum would become larger than SQLite takes. */
  | { readonly kind: "dropped" }
  /** Nothing is kept now; the thread holds the rows until a `retry` is answered by `recovered`. */
  | { readonly kind: "write_failed"; readonly explanation: string }
  /** All that could not be kept is kept. */
  | { readonly kind: "recovered" }
  /** Those rows that the file does not have. */
  | { readonly kind: "missing"; readonly entries: readonly LedgerEntry[] }
  | { readonly kind: "answer"; readonly id: number; readonly summary: PackedSummary }
  | { readonly kind: "query_failed"; readonly id: number; readonly explanation: string }
  | { readonly kind: "alerts"; readonly history: AlertHistory }
  | { readonly kind: "alerts_failed"; readonly explanation: string }
  | { readonly kind: "alert_saved" }
  | { readonly kind: "pruned"; readonly hasMore: boolean }
  | { readonly kind: "closed" };
