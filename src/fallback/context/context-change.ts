/** A message that was left out, or shortened. */
export interface DroppedContent {
  /** Index in the messages of the request, from 0. */
  readonly messageIndex: number;
  /** True: all of it was left out. False: sentences were left out of its text. */
  readonly whole: boolean;
  /** Estimated tokens left out. */
  readonly tokens: number;
}

/** How a request was changed to fit a model. */
export interface ContextChange {
  /** Undefined: only the output was bounded. */
  readonly strategy: "truncate" | "chunk" | undefined;
  /** Estimated input tokens as received. */
  readonly originalInputTokens: number;
  /** Estimated input tokens as sent, of all parts together. */
  readonly sentInputTokens: number;
  /** In the order of the messages; empty: nothing was left out. */
  readonly dropped: readonly DroppedContent[];
  /** Into how many parts the request was split; 0: it was not split. */
  readonly chunkCount: number;
  /** Set when the output was bounded. */
  readonly output: BoundedOutput | undefined;
}

/** More output was asked for than the model can write. */
export interface BoundedOutput {
  readonly requestedMaxOutputTokens: number;
  readonly sentMaxOutputTokens: number;
}

/** The output that can be asked of a model; undefined: what the request asks for is possible, or it asks for nothing. */
export function boundOutput(
  requestedTokens: number | undefined,
  modelMaxOutputTokens: number | undefined,
): BoundedOutput | undefined {
  if (requestedTokens === undefined || modelMaxOutputTokens === undefined) return undefined;
  if (requestedTokens <= modelMaxOutputTokens) return undefined;
  return { requestedMaxOutputTokens: requestedTokens, sentMaxOutputTokens: modelMaxOutputTokens };
}
