/** What a column of a row holds. */
export type RowValue = string | number | bigint | null;

/** The columns of `ledger_row` after its id, by their places. */
export const COLUMN = {
  wallMs: 0,
  series: 1,
  kind: 2,
  outcome: 3,
  reason: 4,
  taskType: 5,
  deployment: 6,
  inputTokens: 7,
  outputTokens: 8,
  cachedInputTokens: 9,
  cacheWriteInputTokens: 10,
  reasoningTokens: 11,
  totalTokens: 12,
  isEstimated: 13,
  inputNanoUsd: 14,
  outputNanoUsd: 15,
  totalNanoUsd: 16,
  priceSource: 17,
  reservedTokens: 18,
  waitedUs: 19,
  isRateLimitWait: 20,
  latencyUs: 21,
  isFallback: 22,
  isRateLimitFallback: 23,
  isLast: 24,
  requestId: 25,
  traceId: 26,
} as const;

/** How many there are. */
export const COLUMN_COUNT: number = Object.keys(COLUMN).length;
