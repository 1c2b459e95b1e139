import type { Limit } from "../core/limit.ts";
import type { DeploymentReport } from "./usage-report.ts";

/** Prices of a model in 10⁻⁹ US dollars for a million tokens. Undefined: as other input or output. */
export interface PriceReport {
  readonly inputNanoUsdPerMillion: bigint;
  readonly outputNanoUsdPerMillion: bigint;
  readonly cachedInputNanoUsdPerMillion: bigint | undefined;
  readonly cacheWriteInputNanoUsdPerMillion: bigint | undefined;
  readonly reasoningNanoUsdPerMillion: bigint | undefined;
  /** `config` or `genai-prices`. */
  readonly priceSource: string;
}

/** One model of the catalog as it stands now. */
export interface ModelReport {
  /** `provider/model`. */
  readonly name: string;
  readonly provider: string;
  /** What the provider calls it. */
  readonly upstreamModel: string;
  /** Tokens of input and output together. Undefined: not known. */
  readonly contextWindowTokens: number | undefined;
  /** Undefined: not known. */
  readonly maxOutputTokens: number | undefined;
  /** In the tier in force. */
  readonly limits: readonly Limit[];
  /** Undefined: not known. */
  readonly price: PriceReport | undefined;
  /** Higher is better. Undefined: not known. */
  readonly quality: number | undefined;
  readonly useCases: readonly string[];
  readonly supportsTools: boolean;
  readonly supportsImages: boolean;
  readonly supportsJsonSchema: boolean;
  /** Its provider is enabled and has credentials, and the tier offers it. */
  readonly available: boolean;
  /** It is available, and at least one deployment is healthy. */
  readonly healthy: boolean;
  readonly deployments: readonly DeploymentReport[];
}
