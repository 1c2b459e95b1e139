/** Whether a ledger keeps what it is told. */
export type LedgerHealth =
  | { readonly kind: "healthy" }
  /**
   * Rows wait in memory, since they cannot be written; it is tried again every second, and queries count them. When
   * `isFull`, too many do: accept no new work, or rows of it will be lost.
   */
  | {
      readonly kind: "degraded";
      /** What is wrong and the way out, for people. */
      readonly explanation: string;
      readonly waitingRowCount: number;
      readonly isFull: boolean;
    };
