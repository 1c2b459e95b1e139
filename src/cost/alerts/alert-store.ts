import type { Alert } from "./alert.ts";

/** An alert and to which webhooks it has still to be sent. */
export interface AlertRecord {
  readonly alert: Alert;
  /** Ids of webhooks; empty: all is done. */
  readonly undelivered: readonly string[];
}

/** Where alerts are kept: the port that the stores implement. */
export interface AlertStore {
  /** All that is kept, the oldest first. Rejects when the store cannot be read. */
  load(): Promise<readonly AlertRecord[]>;
  /**
   * Keeps a record, in the place of the one of the same alert. Resolves when a crash cannot lose it any more, or when
   * the store cannot write now; it is then kept as soon as that is possible again. Never rejects.
   */
  save(record: AlertRecord): Promise<void>;
  /** Lets go of alerts by their keys. */
  forget(keys: readonly string[]): void;
}
