/** The service cannot start; the message says why and the way out, in one line for people. */
export class StartError extends Error {
  override readonly name = "StartError";
}
