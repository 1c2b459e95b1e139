import { REMOTE_DATA_JSON_URL, updatePrices } from "@pydantic/genai-prices";
import { checkPriceData } from "./check-price-data.ts";
import { bundledSource, knownPrice, type PricedPlace } from "./known-price.ts";
import type { ModelPrice } from "./model-price.ts";
import { overridePrice, type PriceOverride } from "./override-price.ts";

/** A model whose price is asked for. */
export interface PricedModel extends PricedPlace {
  /** Unique in the process, as `openai/gpt-4o-mini#eu`. */
  readonly id: string;
  /** The configured price; what it leaves out stays as known. */
  readonly price?: PriceOverride | undefined;
}

/**
 * What every model costs. Each is worked out once and kept. The known prices are those inside the installed package:
 * nothing here touches the network unless {@link PriceBook.refresh} is called.
 */
export class PriceBook {
  readonly #assumedPrice: PriceOverride | undefined;
  readonly #isTracking: boolean;
  readonly #prices = new Map<string, ModelPrice | undefined>();
  #source = bundledSource();

  /**
   * `assumedPrice` holds for models without a known one; it must have input and output to be of use. `trackCosts` false:
   * no price is known. Default true.
   */
  constructor(
    options: { readonly assumedPrice?: PriceOverride | undefined; readonly trackCosts?: boolean } = {},
  ) {
    this.#assumedPrice = options.assumedPrice;
    this.#isTracking = options.trackCosts ?? true;
  }

  /** The price of a model. Undefined: not known, which is never the same as free. */
  forModel(model: PricedModel): ModelPrice | undefined {
    if (!this.#isTracking) return undefined;
    if (this.#prices.has(model.id)) return this.#prices.get(model.id);
    const known = knownPrice(model, this.#source);
    const configured = model.price === undefined ? known : overridePrice(known, model.price, "config");
    const price = configured ?? this.#assumed();
    this.#prices.set(model.id, price);
    return price;
  }

  /** Forgets what was worked out: for a changed configuration. */
  clear(): void {
    this.#prices.clear();
  }

  /**
   * Replaces the price data of this process by the newest that the package's makers publish. `fetchJson` gets their
   * address and gives the parsed answer; `atWallMs` becomes the date in the source of prices. On any failure the
   * prices stay as they were.
   * @throws what `fetchJson` throws, or an Error that says what is wrong with the data.
   */
  async refresh(fetchJson: (url: string) => Promise<unknown>, atWallMs: number): Promise<void> {
    const data = await fetchJson(REMOTE_DATA_JSON_URL);
    checkPriceData(data);
    updatePrices(({ setProviderData }) => setProviderData(data));
    this.#source = `genai-prices ${new Date(atWallMs).toISOString().slice(0, 10)}`;
    this.clear();
  }

  #assumed(): ModelPrice | undefined {
    return this.#assumedPrice === undefined
      ? undefined
      : overridePrice(undefined, this.#assumedPrice, "assumed");
  }
}
