import { PriceRefresh } from "../cost/price/price-refresh.ts";
import { fetchJson } from "../web/fetch-json.ts";
import type { Parts } from "./parts.ts";

/** Keeps price data fresh where the user has asked for that; else nothing is ever fetched. */
export function refreshPrices({ clock, config, logger, prices }: Parts, opened: AsyncDisposableStack): void {
  const { refreshMs, url } = config.prices;
  if (refreshMs === undefined) return;
  const refresh = new PriceRefresh({
    clock,
    book: prices,
    everyMs: refreshMs,
    url,
    fetchJson,
    onRefreshed: () => logger.info("the price data were refreshed"),
    onProblem: (cause) => logger.warn({ cause }, "the price data were not refreshed, and stay as they were"),
  });
  opened.defer(() => refresh.close());
}
