/** What one call, or several together, cost. Where a price is not known there is no `Cost` at all, never zeros. */
export interface Cost {
  /** Input tokens, cached ones at their own price; 10⁻⁹ US dollars, rounded up. */
  readonly inputNanoUsd: bigint;
  /** Output tokens, reasoning included; 10⁻⁹ US dollars, rounded up. */
  readonly outputNanoUsd: bigint;
  /** The sum of both. */
  readonly totalNanoUsd: bigint;
  /** Where the price came from, as `config` or `genai-prices`; empty for a sum over different sources. */
  readonly priceSource: string;
}
