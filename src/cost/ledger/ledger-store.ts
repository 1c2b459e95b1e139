import type { LedgerSink } from "../ledger.ts";
import type { UsageQuery, UsageSummary } from "./usage-query.ts";

/** A ledger that can be asked: the port that the stores implement. */
export interface LedgerStore extends LedgerSink {
  /**
   * Adds up the rows that ended in the range of the query, exactly. Rows recorded before the call are in it. Where
   * single rows are no longer kept, the hour (or day) that a bound cuts counts as a whole. Rejects when the store
   * cannot be read.
   */
  query(query: UsageQuery): Promise<UsageSummary>;
  /** Resolves when every row recorded before the call is kept, or known to be refused by the disk. */
  flush(): Promise<void>;
  /** Flushes and lets go of what is open. Rows recorded afterwards are dropped. */
  close(): Promise<void>;
}
