import type { Amounts, Limit, Metric } from "../core/limit.ts";

/** What a limit over time may count: the columns of an event. */
export const REQUESTS = 0;
export const TOKENS = 1;
export const INPUT_TOKENS = 2;
export const OUTPUT_TOKENS = 3;
export type Column = typeof REQUESTS | typeof TOKENS | typeof INPUT_TOKENS | typeof OUTPUT_TOKENS;

const COLUMN_OF: Record<Exclude<Metric, "concurrent">, Column> = {
  requests: REQUESTS,
  tokens: TOKENS,
  input_tokens: INPUT_TOKENS,
  output_tokens: OUTPUT_TOKENS,
};

/** The column that a limit over time counts. Throws on a limit of concurrency, which has no window. */
export function columnOf(limit: Limit): Column {
  if (limit.metric === "concurrent") throw new TypeError("a limit of concurrency has no window");
  return COLUMN_OF[limit.metric];
}

/** The part of `amounts` that belongs to a column. */
export function amountOf(amounts: Amounts, column: Column): number {
  switch (column) {
    case REQUESTS:
      return amounts.requests;
    case TOKENS:
      return amounts.totalTokens;
    case INPUT_TOKENS:
      return amounts.inputTokens;
    case OUTPUT_TOKENS:
      return amounts.outputTokens;
  }
}
