import { COUNT_FIELDS, MONEY_FIELDS, TOKEN_FIELDS } from "../../cost/ledger/usage-sums.ts";

type SumField = (typeof COUNT_FIELDS)[number] | (typeof TOKEN_FIELDS)[number] | (typeof MONEY_FIELDS)[number];

/** The fields of a sum in the order of their columns in `ledger_sum`, without the price's source, which is last. */
export const SUM_FIELDS: readonly SumField[] = [...COUNT_FIELDS, ...TOKEN_FIELDS, ...MONEY_FIELDS];

/** Bits of an amount in its lower part: the sums of both parts of however many amounts are exact as doubles. */
export const LOW_MONEY_BITS = 26;
const LOW_MONEY_UNITS = 2 ** LOW_MONEY_BITS;

/** The upper part of an amount in nano-dollars. */
export function highMoney(nanoUsd: number | bigint): number {
  return typeof nanoUsd === "number"
    ? Math.floor(nanoUsd / LOW_MONEY_UNITS)
    : Number(nanoUsd >> BigInt(LOW_MONEY_BITS));
}

/** The lower part. */
export function lowMoney(nanoUsd: number | bigint): number {
  return typeof nanoUsd === "number"
    ? nanoUsd % LOW_MONEY_UNITS
    : Number(BigInt.asUintN(LOW_MONEY_BITS, nanoUsd));
}

/** In place of a text's id, where there is none. */
export const NO_TEXT = -1;

/** The column of a field: the same words with underscores. */
function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const ANSWERED = "is_last AND outcome = 'succeeded'";
const ANSWERED_BY_CALL = `${ANSWERED} AND kind <> 'cache_hit'`;

/** What one row adds to each field, as SQL: the same as `UsageSums.addEntry` does in memory. */
const ROW_EXPRESSIONS: Readonly<Record<SumField, string>> = {
  requests: "is_last",
  primaryRequests: `(${ANSWERED_BY_CALL} AND NOT is_fallback)`,
  fallbackRequests: `(${ANSWERED_BY_CALL} AND is_fallback)`,
  rateLimitWaits: "is_rate_limit_wait",
  rateLimitFallbacks: "is_rate_limit_fallback",
  scheduledWaits: "(waited_us > 0)",
  waitTimeouts:
    "(is_last AND outcome = 'refused' AND ifnull(reason IN ('WAIT_TOO_LONG', 'DEADLINE_EXCEEDED'), 0))",
  errors: "(is_last AND outcome IN ('failed', 'refused'))",
  cacheHits: "(kind = 'cache_hit')",
  answered: `(${ANSWERED})`,
  estimatedCalls: "is_estimated",
  pricedCalls: "(total_nano_usd IS NOT NULL)",
  latencyUs: `iif(${ANSWERED_BY_CALL}, ifnull(latency_us, 0), 0)`,
  latencyCalls: `(${ANSWERED_BY_CALL} AND latency_us IS NOT NULL)`,
  inputTokens: "input_tokens",
  outputTokens: "output_tokens",
  cachedInputTokens: "cached_input_tokens",
  cacheWriteInputTokens: "cache_write_input_tokens",
  reasoningTokens: "reasoning_tokens",
  totalTokens: "total_tokens",
  inputNanoUsd: "ifnull(input_nano_usd, 0)",
  outputNanoUsd: "ifnull(output_nano_usd, 0)",
  totalNanoUsd: "ifnull(total_nano_usd, 0)",
};

const SOURCE =
  "iif(min(price_source) = max(price_source), min(price_source), iif(min(price_source) IS NULL, NULL, 0))";

/** The columns of a query that adds up sums, in the order of {@link SUM_FIELDS}, then the price's source. */
export const SUM_SUM_COLUMNS: string = [...SUM_FIELDS.map((field) => `sum(${columnOf(field)})`), SOURCE].join(
  ", ",
);

/** What `SumTable.addRead` takes, of rows that are added up. */
export const READ_ROW_SUMS: string = readColumns((field) => `sum(${ROW_EXPRESSIONS[field]})`, SOURCE);
/** The same of sums that are added up. */
export const READ_SUM_SUMS: string = readColumns((field) => `sum(${columnOf(field)})`, SOURCE);
/** The same of single sums. */
export const READ_SUMS: string = readColumns(columnOf, "price_source");
/** How many columns each of the three has. */
export const READ_COLUMN_COUNT: number = SUM_FIELDS.length + MONEY_FIELDS.length + 2;

/**
 * Columns that come as plain numbers, which are read faster than bigints and added much faster. What may be beyond 2^53
 * comes as a double, since only money must be exact there; money comes in two parts. Tokens that are not known are 0,
 * and a column of bits says of each kind whether they are. The last is the id of the price's source, or {@link NO_TEXT}.
 */
function readColumns(columnFor: (field: SumField) => string, source: string): string {
  const known = TOKEN_FIELDS.map((field, bit) => `((${columnFor(field)} IS NOT NULL) << ${bit})`);
  return [
    ...COUNT_FIELDS.map((field) =>
      field === "latencyUs" ? `CAST(${columnFor(field)} AS REAL)` : columnFor(field),
    ),
    ...TOKEN_FIELDS.map((field) => `ifnull(CAST(${columnFor(field)} AS REAL), 0)`),
    ...MONEY_FIELDS.flatMap((field) => [
      `${columnFor(field)} >> ${LOW_MONEY_BITS}`,
      `${columnFor(field)} & ${LOW_MONEY_UNITS - 1}`,
    ]),
    known.join(" | "),
    `ifnull(${source}, ${NO_TEXT})`,
  ].join(", ");
}

/** How sums are added to those that are there already, at the end of an insert into `ledger_sum`. */
export const ADD_ON_CONFLICT: string = `ON CONFLICT (grain, start_ms, series) DO UPDATE SET ${[
  ...[...COUNT_FIELDS, ...MONEY_FIELDS].map(columnOf).map((name) => `${name} = ${name} + excluded.${name}`),
  ...TOKEN_FIELDS.map(columnOf).map(
    (name) => `${name} = coalesce(${name} + excluded.${name}, ${name}, excluded.${name})`,
  ),
  `price_source = iif(price_source IS NULL OR excluded.price_source IS NULL,
    coalesce(price_source, excluded.price_source),
    iif(price_source = excluded.price_source, price_source, 0))`,
].join(", ")}`;
