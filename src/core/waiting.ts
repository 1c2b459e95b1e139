/** An answer that has still to come. Whoever asked for it holds this, and may leave before it comes. */
export interface Waiting<Answer> {
  readonly kind: "waiting";
  /** Also comes when the wait was left: then it says so. */
  readonly answer: Promise<Answer>;
  /** Waits no longer. Does nothing when the wait has ended. */
  leave(): void;
}

/** The answer of a wait that is left when `signal` aborts; at once where it has aborted already. */
export async function answerUnlessAborted<Answer>(
  waiting: Waiting<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  const leave = (): void => waiting.leave();
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  try {
    return await waiting.answer;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
