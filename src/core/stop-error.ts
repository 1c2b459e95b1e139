/** The service has stopped, but could not keep everything; the message says what is lost and why, in one line for people. */
export class StopError extends Error {
  override readonly name = "StopError";
}
