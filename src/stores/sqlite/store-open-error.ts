/** A file in which something is kept cannot be used; the message says why and the way out. */
export class StoreOpenError extends Error {
  override readonly name = "StoreOpenError";
}
