import type { Cost } from "../../core/cost.ts";
import { tagsText } from "../../cost/ledger/series.ts";
import { TOKEN_FIELDS } from "../../cost/ledger/usage-sums.ts";
import type { LedgerEntry, LedgerKind, LedgerOutcome, LedgerUsage } from "../../cost/ledger.ts";

/** What a column of a row holds. Texts that are kept once for many rows stand for themselves here. */
export type LedgerValue = string | number | bigint | null;

/** Values of one row, in the order in which {@link appendRow} adds them. */
export const VALUES_PER_ROW = 30;

/**
 * Adds a row to a list of rows, value after value. Between threads such a list goes in a fifth of the time that objects
 * take, for which each thread spells out and looks up the name of every field.
 */
export function appendRow(values: LedgerValue[], entry: LedgerEntry): void {
  const { usage, cost, latencyMs } = entry;
  values.push(
    Math.floor(entry.wallMs),
    entry.tenant,
    entry.provider,
    entry.model,
    tagsText(entry.tags),
    entry.kind,
    entry.outcome,
    entry.reason ?? null,
    entry.taskType,
    entry.deployment,
    usage?.inputTokens ?? null,
    usage?.outputTokens ?? null,
    usage?.cachedInputTokens ?? null,
    usage?.cacheWriteInputTokens ?? null,
    usage?.reasoningTokens ?? null,
    totalTokensOf(entry) ?? null,
    Number(usage?.estimated ?? false),
    cost?.inputNanoUsd ?? null,
    cost?.outputNanoUsd ?? null,
    cost?.totalNanoUsd ?? null,
    cost?.priceSource ?? null,
    Math.round(entry.reservedTokens),
    Math.ceil(entry.waitedMs * 1000),
    Number(entry.isRateLimitWait),
    latencyMs === undefined ? null : Math.round(latencyMs * 1000),
    Number(entry.isFallback),
    Number(entry.isRateLimitFallback),
    Number(entry.isLast),
    entry.requestId,
    entry.traceId,
  );
}

/** The rows of such a list. Times are whole milliseconds and microseconds there, and names in the journal are not. */
export function* rowsOfValues(values: readonly LedgerValue[]): Iterable<LedgerEntry> {
  for (let start = 0; start < values.length; start += VALUES_PER_ROW) {
    yield entryOf(values.slice(start, start + VALUES_PER_ROW));
  }
}

function totalTokensOf({ usage }: LedgerEntry): number | undefined {
  if (usage === undefined) return undefined;
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (totalTokens !== undefined || (inputTokens === undefined && outputTokens === undefined))
    return totalTokens;
  return (inputTokens ?? 0) + (outputTokens ?? 0);
}

function entryOf(values: readonly LedgerValue[]): LedgerEntry {
  let place = 0;
  const next = (): LedgerValue => values[place++]!;
  const text = (): string => next() as string;
  const count = (): number => next() as number;
  const flag = (): boolean => next() === 1;
  return {
    wallMs: count(),
    tenant: text(),
    provider: text(),
    model: text(),
    tags: JSON.parse(text()),
    kind: text() as LedgerKind,
    outcome: text() as LedgerOutcome,
    reason: (next() ?? undefined) as LedgerEntry["reason"],
    taskType: text(),
    deployment: text(),
    usage: usageOf([next(), next(), next(), next(), next(), next()], flag()),
    cost: costOf([next(), next(), next(), next()]),
    reservedTokens: count(),
    waitedMs: count() / 1000,
    isRateLimitWait: flag(),
    latencyMs: latencyOf(next()),
    isFallback: flag(),
    isRateLimitFallback: flag(),
    isLast: flag(),
    requestId: text(),
    traceId: text(),
  };
}

function latencyOf(micros: LedgerValue): number | undefined {
  return typeof micros === "number" ? micros / 1000 : undefined;
}

/** Undefined where nothing is known. */
function usageOf(tokens: readonly LedgerValue[], estimated: boolean): LedgerUsage | undefined {
  const usage: { -readonly [Field in keyof LedgerUsage]: LedgerUsage[Field] } = {};
  for (const [index, field] of TOKEN_FIELDS.entries()) {
    const count = tokens[index];
    if (typeof count === "number") usage[field] = count;
  }
  if (estimated) usage.estimated = true;
  return Object.keys(usage).length === 0 ? undefined : usage;
}

function costOf([inputNanoUsd, outputNanoUsd, totalNanoUsd, priceSource]: readonly LedgerValue[]):
  | Cost
  | undefined {
  return priceSource === null
    ? undefined
    : ({ inputNanoUsd, outputNanoUsd, totalNanoUsd, priceSource } as Cost);
}
