import type { Alert } from "./alert.ts";

/** An alert and to which webhooks it has still to be sent. */
export interface AlertRecord {
  readonly alert: Alert;
  /** Ids of webhooks; empty: all is done. */
  readonly undelivered: readonly string[];
}

/** Where alerts are kept: the port that the stores implement. */
export interface AlertStore {
  /** The newest alerts, the oldest first. */
  load(): Promise<readonly AlertRecord[]>;
  /** Keeps a record, in the place of the one of the same alert. Never throws; what cannot be kept is lost at the end. */
  save(record: AlertRecord): void;
}
