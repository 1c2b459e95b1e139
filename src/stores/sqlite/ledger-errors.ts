/** The ledger's file cannot be used; the message says why and the way out. */
export class LedgerOpenError extends Error {
  override readonly name = "LedgerOpenError";
}

/** The ledger's file cannot be read now; the message says why. */
export class LedgerReadError extends Error {
  override readonly name = "LedgerReadError";
}
