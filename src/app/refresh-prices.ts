import type { Logger } from "pino";
import type { PricesConfig } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { fetchPriceData } from "../cost/price/fetch-price-data.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import { PriceRefresh } from "../cost/price/price-refresh.ts";

/** Keeps price data fresh where the user has asked for that. Undefined: nothing is ever fetched. */
export function refreshPrices(
  { refreshMs, url }: PricesConfig,
  { book, clock, logger }: { readonly book: PriceBook; readonly clock: Clock; readonly logger: Logger },
): PriceRefresh | undefined {
  if (refreshMs === undefined) return undefined;
  return new PriceRefresh({
    clock,
    book,
    everyMs: refreshMs,
    url,
    fetchJson: fetchPriceData,
    onRefreshed: () => logger.info("the price data were refreshed"),
    onProblem: (cause) => logger.warn({ cause }, "the price data were not refreshed, and stay as they were"),
  });
}
