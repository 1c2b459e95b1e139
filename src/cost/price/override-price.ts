import type { ModelPrice, PriceBand, PricePeriod } from "./model-price.ts";

/** A configured price in nano-dollars per million tokens. Undefined: not configured. 0: free. */
export interface PriceOverride {
  readonly inputPerMillionNanoUsd?: bigint | undefined;
  readonly outputPerMillionNanoUsd?: bigint | undefined;
  readonly cachedInputPerMillionNanoUsd?: bigint | undefined;
  readonly cacheWritePerMillionNanoUsd?: bigint | undefined;
  readonly reasoningPerMillionNanoUsd?: bigint | undefined;
}

/**
 * A known price with the configured parts laid over it. A configured input price replaces all that is known of input:
 * cached and written tokens cost the same unless they are configured too; likewise output and reasoning. Who configures
 * both is charged nothing else, no fee per call either. Undefined when input or output is neither known nor configured.
 */
export function overridePrice(
  known: ModelPrice | undefined,
  override: PriceOverride,
  source: string,
): ModelPrice | undefined {
  const replacesInput = override.inputPerMillionNanoUsd !== undefined;
  const replacesOutput = override.outputPerMillionNanoUsd !== undefined;
  if (known === undefined || (replacesInput && replacesOutput)) {
    const band = bandOf(override);
    if (band === undefined) return undefined;
    const period = { fromWallMs: undefined, hours: undefined, bands: [band], requestNanoUsd: 0n };
    return { source, periods: [period], serviceTiers: known?.serviceTiers ?? {} };
  }
  if (Object.values(override).every((price) => price === undefined)) return known;
  const periods: PricePeriod[] = known.periods.map((period) => ({
    ...period,
    bands: period.bands.map((band) => overrideBand(band, override)),
  }));
  return { source: `${source} + ${known.source}`, periods, serviceTiers: known.serviceTiers };
}

function bandOf(override: PriceOverride): PriceBand | undefined {
  const { inputPerMillionNanoUsd: input, outputPerMillionNanoUsd: output } = override;
  if (input === undefined || output === undefined) return undefined;
  return {
    aboveInputTokens: -1,
    input,
    cachedInput: override.cachedInputPerMillionNanoUsd,
    cacheWriteInput: override.cacheWritePerMillionNanoUsd,
    output,
    reasoning: override.reasoningPerMillionNanoUsd,
  };
}

function overrideBand(band: PriceBand, override: PriceOverride): PriceBand {
  const input = override.inputPerMillionNanoUsd;
  const output = override.outputPerMillionNanoUsd;
  return {
    aboveInputTokens: band.aboveInputTokens,
    input: input ?? band.input,
    cachedInput:
      override.cachedInputPerMillionNanoUsd ?? (input === undefined ? band.cachedInput : undefined),
    cacheWriteInput:
      override.cacheWritePerMillionNanoUsd ?? (input === undefined ? band.cacheWriteInput : undefined),
    output: output ?? band.output,
    reasoning: override.reasoningPerMillionNanoUsd ?? (output === undefined ? band.reasoning : undefined),
  };
}
