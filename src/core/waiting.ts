/** An answer that has still to come. Whoever asked for it holds this, and may leave before it comes. */
export interface Waiting<Answer> {
  readonly kind: "waiting";
  /** Also comes when the wait was left: then it says so. */
  readonly answer: Promise<Answer>;
  /** Waits no longer. Does nothing when the wait has ended. */
  leave(): void;
}

/** The answer of a wait that is left when `signal` aborts; at once where it has aborted already. */
export function answerUnlessAborted<Answer>(waiting: Waiting<Answer>, signal: AbortSignal): Promise<Answer> {
  const { answer } = waiting;
  if (signal.aborted) {
    waiting.leave();
    return answer;
  }
  const leave = (): void => waiting.leave();
  const forget = (): void => signal.removeEventListener("abort", leave);
  signal.addEventListener("abort", leave);
  answer.then(forget, forget);
  return answer;
}
