import { type Series, seriesText } from "../../cost/ledger/series.ts";
import { UsageSums } from "../../cost/ledger/usage-sums.ts";

/** The sums of one series in one hour or day. */
export interface LedgerCell {
  readonly series: Series;
  readonly sums: UsageSums;
}

const NO_TAGS = {};

/** The sums of one hour or day by series. Beyond `maxCells` series, new ones are added up without their tags. */
export class LedgerBucket {
  readonly startMs: number;
  readonly #maxCells: number;
  readonly #cells = new Map<string, LedgerCell>();

  constructor(startMs: number, maxCells: number) {
    this.startMs = startMs;
    this.#maxCells = maxCells;
  }

  get size(): number {
    return this.#cells.size;
  }

  cells(): Iterable<LedgerCell> {
    return this.#cells.values();
  }

  /** The cell to which a series is to be added. */
  cellFor({ tenant, provider, model, tags }: Series): LedgerCell {
    const text = seriesText({ tenant, provider, model, tags });
    const found = this.#cells.get(text);
    if (found !== undefined) return found;
    const keepsTags = this.#cells.size < this.#maxCells;
    if (!keepsTags && tags !== NO_TAGS) return this.cellFor({ tenant, provider, model, tags: NO_TAGS });
    const cell = { series: { tenant, provider, model, tags }, sums: new UsageSums() };
    this.#cells.set(text, cell);
    return cell;
  }

  /** Adds all of another bucket. */
  addAll(other: LedgerBucket): void {
    for (const { series, sums } of other.cells()) this.cellFor(series).sums.addSums(sums);
  }

  /** The same sums without tags. */
  withoutTags(): LedgerBucket {
    const bucket = new LedgerBucket(this.startMs, 0);
    bucket.addAll(this);
    return bucket;
  }
}
