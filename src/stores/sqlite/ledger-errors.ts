/** The ledger's file cannot be read now; the message says why. */
export class LedgerReadError extends Error {
  override readonly name = "LedgerReadError";
}
