import type { AnswerBounds } from "./answer-store.ts";

/** What one tenant has in a store. */
export interface Holding {
  readonly entryCount: number;
  /** Of keys and values. */
  readonly bytes: number;
}

/** How much each tenant has in a store, and who is to let go of an answer when there is too much in all. */
export class Holdings {
  readonly #bounds: AnswerBounds;
  readonly #holdings = new Map<string, Holding>();
  #entryCount = 0;
  #bytes = 0;

  constructor(bounds: AnswerBounds) {
    this.#bounds = bounds;
  }

  /** Adds to what a tenant has; negative: takes away. */
  add(tenant: string, { entryCount, bytes }: Holding): void {
    const before = this.#holdings.get(tenant) ?? { entryCount: 0, bytes: 0 };
    const after = { entryCount: before.entryCount + entryCount, bytes: before.bytes + bytes };
    if (after.entryCount > 0) this.#holdings.set(tenant, after);
    else this.#holdings.delete(tenant);
    this.#entryCount += entryCount;
    this.#bytes += bytes;
  }

  /**
   * Of what there is too much, the tenant who has most of it: so who fills the store pushes out nobody who has less.
   * Undefined: all is within the bounds.
   */
  fullest(): string | undefined {
    if (this.#entryCount > this.#bounds.maxEntryCount) return this.#mostOf("entryCount");
    return this.#bytes > this.#bounds.maxBytes ? this.#mostOf("bytes") : undefined;
  }

  #mostOf(measure: keyof Holding): string | undefined {
    let fullest: string | undefined;
    let most = 0;
    for (const [tenant, holding] of this.#holdings) {
      if (holding[measure] <= most) continue;
      fullest = tenant;
      most = holding[measure];
    }
    return fullest;
  }
}
