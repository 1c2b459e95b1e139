/** Exit codes: done; failed; used wrongly. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** A command has failed, for a reason that its one line of message explains, with the way out. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
