import type { Cost } from "../../core/cost.ts";
import { TOKEN_FIELDS } from "../../cost/ledger/usage-sums.ts";
import type { LedgerEntry, LedgerKind, LedgerOutcome, LedgerUsage } from "../../cost/ledger.ts";
import { TagTexts } from "./tag-texts.ts";

/** Sets of tags to remember: some 400 bytes each. */
const MOST_TAG_TEXTS = 5_000;

/** Numbers of one row, in the order in which {@link RowBatchBuilder.add} puts them. */
export const NUMBERS_PER_ROW = 30;

/**
 * Rows as numbers, row after row, and the texts that they refer to. Between threads it goes as two things, and not as the
 * hundreds of objects of its rows; and making it leaves nothing behind that the thread of the calls would have to collect.
 */
export interface RowBatch {
  /**
   * A text is the index of it in `texts`; NaN is nothing; an amount that a double may not hold exactly is −1 minus the
   * index of its digits.
   */
  readonly numbers: Float64Array;
  readonly texts: readonly string[];
}

/** Makes batches of rows, again and again in the same memory. */
export class RowBatchBuilder {
  readonly #numbers: Float64Array;
  #texts: string[] = [];
  /** Where in `#texts` one is that rows are likely to share. */
  readonly #places = new Map<string, number>();
  readonly #tagTexts = new TagTexts(MOST_TAG_TEXTS);
  #length = 0;

  /** For batches of at most so many rows. */
  constructor(mostRows: number) {
    this.#numbers = new Float64Array(mostRows * NUMBERS_PER_ROW);
  }

  /** Rows of the batch so far. */
  get rowCount(): number {
    return this.#length / NUMBERS_PER_ROW;
  }

  /** There is room for no more rows. */
  get isFull(): boolean {
    return this.#length === this.#numbers.length;
  }

  /** Adds a row; not to be called when the batch is full. */
  add(entry: LedgerEntry): void {
    const { usage, cost, latencyMs } = entry;
    this.#put(Math.floor(entry.wallMs));
    this.#putText(entry.tenant);
    this.#putText(entry.provider);
    this.#putText(entry.model);
    this.#putText(this.#tagTexts.of(entry.tags));
    this.#putText(entry.kind);
    this.#putText(entry.outcome);
    this.#putText(entry.reason);
    this.#putText(entry.taskType);
    this.#putText(entry.deployment);
    this.#put(usage?.inputTokens);
    this.#put(usage?.outputTokens);
    this.#put(usage?.cachedInputTokens);
    this.#put(usage?.cacheWriteInputTokens);
    this.#put(usage?.reasoningTokens);
    this.#put(totalTokensOf(usage));
    this.#put(Number(usage?.estimated ?? false));
    this.#putAmount(cost?.inputNanoUsd);
    this.#putAmount(cost?.outputNanoUsd);
    this.#putAmount(cost?.totalNanoUsd);
    this.#putText(cost?.priceSource);
    this.#put(Math.round(entry.reservedTokens));
    this.#put(Math.ceil(entry.waitedMs * 1000));
    this.#put(Number(entry.isRateLimitWait));
    this.#put(latencyMs === undefined ? undefined : Math.round(latencyMs * 1000));
    this.#put(Number(entry.isFallback));
    this.#put(Number(entry.isRateLimitFallback));
    this.#put(Number(entry.isLast));
    this.#put(this.#texts.push(entry.requestId) - 1);
    this.#putText(entry.traceId);
  }

  /** The batch, to be copied or used up before the next row is added: it begins anew in the same memory. */
  take(): RowBatch {
    const batch = { numbers: this.#numbers.subarray(0, this.#length), texts: this.#texts };
    this.#length = 0;
    this.#texts = [];
    this.#places.clear();
    return batch;
  }

  #put(value: number | undefined): void {
    this.#numbers[this.#length++] = value ?? Number.NaN;
  }

  #putText(text: string | undefined): void {
    if (text === undefined) {
      this.#put(undefined);
      return;
    }
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.#texts.push(text) - 1;
      this.#places.set(text, place);
    }
    this.#put(place);
  }

  #putAmount(nanoUsd: bigint | undefined): void {
    const amount = Number(nanoUsd);
    if (nanoUsd === undefined || (amount >= 0 && amount <= Number.MAX_SAFE_INTEGER)) this.#put(amount);
    else this.#put(-this.#texts.push(String(nanoUsd)));
  }
}

/** One row of a batch after the other. */
export class RowBatchReader {
  readonly #numbers: Float64Array;
  readonly #texts: readonly string[];
  #place = 0;

  constructor({ numbers, texts }: RowBatch) {
    this.#numbers = numbers;
    this.#texts = texts;
  }

  get isAtEnd(): boolean {
    return this.#place >= this.#numbers.length;
  }

  /** The next number. Null: there is none. */
  number(): number | null {
    const value = this.#numbers[this.#place++]!;
    return Number.isNaN(value) ? null : value;
  }

  /** The next numbers. */
  numbers(count: number): (number | null)[] {
    const numbers: (number | null)[] = [];
    for (let index = 0; index < count; index++) numbers.push(this.number());
    return numbers;
  }

  /** The next number, which is a text. Null: there is none. */
  text(): string | null {
    const place = this.number();
    return place === null ? null : this.#texts[place]!;
  }

  /** The next number, which is an amount in nano-dollars. Null: there is none. */
  amount(): number | bigint | null {
    const amount = this.number();
    return amount === null || amount >= 0 ? amount : BigInt(this.#texts[-1 - amount]!);
  }
}

/** How many rows a batch has. */
export function rowCountOf({ numbers }: RowBatch): number {
  return numbers.length / NUMBERS_PER_ROW;
}

/** The rows of a batch. Times are whole milliseconds and microseconds there, and names in the journal are not. */
export function* rowsOfBatch(batch: RowBatch): Iterable<LedgerEntry> {
  const reader = new RowBatchReader(batch);
  while (!reader.isAtEnd) yield entryOf(reader);
}

/** The first rows of a batch, at least one, and the others; undefined: there is but one row. */
export function halvesOf(batch: RowBatch): [RowBatch, RowBatch] | undefined {
  const rowCount = rowCountOf(batch);
  if (rowCount === 1) return undefined;
  const { numbers, texts } = batch;
  const middle = Math.floor(rowCount / 2) * NUMBERS_PER_ROW;
  return [
    { numbers: numbers.subarray(0, middle), texts },
    { numbers: numbers.subarray(middle), texts },
  ];
}

function totalTokensOf(usage: LedgerUsage | undefined): number | undefined {
  if (usage === undefined) return undefined;
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (totalTokens !== undefined || (inputTokens === undefined && outputTokens === undefined))
    return totalTokens;
  return (inputTokens ?? 0) + (outputTokens ?? 0);
}

function entryOf(reader: RowBatchReader): LedgerEntry {
  const text = (): string => reader.text()!;
  const count = (): number => reader.number()!;
  const flag = (): boolean => reader.number() === 1;
  return {
    wallMs: count(),
    tenant: text(),
    provider: text(),
    model: text(),
    tags: JSON.parse(text()),
    kind: text() as LedgerKind,
    outcome: text() as LedgerOutcome,
    reason: (reader.text() ?? undefined) as LedgerEntry["reason"],
    taskType: text(),
    deployment: text(),
    usage: usageOf(reader),
    cost: costOf(reader),
    reservedTokens: count(),
    waitedMs: count() / 1000,
    isRateLimitWait: flag(),
    latencyMs: latencyOf(reader.number()),
    isFallback: flag(),
    isRateLimitFallback: flag(),
    isLast: flag(),
    requestId: text(),
    traceId: text(),
  };
}

function latencyOf(micros: number | null): number | undefined {
  return micros === null ? undefined : micros / 1000;
}

/** Undefined where nothing is known. */
function usageOf(reader: RowBatchReader): LedgerUsage | undefined {
  const usage: { -readonly [Field in keyof LedgerUsage]: LedgerUsage[Field] } = {};
  for (const field of TOKEN_FIELDS) {
    const count = reader.number();
    if (count !== null) usage[field] = count;
  }
  if (reader.number() === 1) usage.estimated = true;
  return Object.keys(usage).length === 0 ? undefined : usage;
}

function costOf(reader: RowBatchReader): Cost | undefined {
  const amounts = [reader.amount(), reader.amount(), reader.amount()];
  const priceSource = reader.text();
  if (priceSource === null) return undefined;
  const [inputNanoUsd, outputNanoUsd, totalNanoUsd] = amounts.map((amount) => BigInt(amount!));
  return { inputNanoUsd, outputNanoUsd, totalNanoUsd, priceSource } as Cost;
}
