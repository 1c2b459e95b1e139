import type { Alert } from "./alert.ts";
import type { EndedCalls } from "./recent-calls.ts";

/** An alert and to which webhooks it has still to be sent. */
export interface AlertRecord {
  readonly alert: Alert;
  /** Ids of webhooks; empty: all is done. */
  readonly undelivered: readonly string[];
}

/** What a process goes on from. */
export interface AlertHistory {
  /** All alerts that are kept, the oldest first. */
  readonly records: readonly AlertRecord[];
  /** Calls that ended of late, the earliest first. */
  readonly calls: readonly EndedCalls[];
}

/** Where alerts are kept: the port that the stores implement. */
export interface AlertStore {
  /** All that is kept, and the calls that ended from `callsSinceWallMs` on. Rejects when the store cannot be read. */
  load(callsSinceWallMs: number): Promise<AlertHistory>;
  /**
   * Keeps a record, in the place of the one of the same alert. Resolves when a crash cannot lose it any more, or when
   * the store cannot write now; it is then kept as soon as that is possible again. Never rejects.
   */
  save(record: AlertRecord): Promise<void>;
  /** Lets go of alerts by their keys. */
  forget(keys: readonly string[]): void;
}
