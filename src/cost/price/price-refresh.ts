import type { Clock, Timer } from "../../core/clock.ts";
import { errorText } from "../../core/error-text.ts";
import type { PriceBook } from "./price-book.ts";

/** What a {@link PriceRefresh} needs. */
export interface PriceRefreshOptions {
  readonly clock: Clock;
  readonly book: Pick<PriceBook, "refresh">;
  readonly everyMs: number;
  /** Where the data are. Undefined: where their makers publish them. */
  readonly url: string | undefined;
  readonly fetchJson: (url: string, signal: AbortSignal) => Promise<unknown>;
  readonly onRefreshed: () => void;
  /** Told why, of failures in a row only the first time. */
  readonly onProblem: (explanation: string) => void;
}

/** Refreshes price data at once and then again and again. A failure leaves the prices as they were. */
export class PriceRefresh {
  readonly #options: PriceRefreshOptions;
  readonly #closing = new AbortController();
  #timer: Timer | undefined;
  #hasFailed = false;

  constructor(options: PriceRefreshOptions) {
    this.#options = options;
    void this.#refresh();
  }

  /** Refreshes no more, and gives up what is under way. */
  close(): void {
    this.#closing.abort();
    this.#timer?.cancel();
  }

  async #refresh(): Promise<void> {
    const { book, clock, everyMs, fetchJson, onProblem, onRefreshed, url } = this.#options;
    const { signal } = this.#closing;
    try {
      await book.refresh((standardUrl) => fetchJson(url ?? standardUrl, signal), clock.wallMs());
      this.#hasFailed = false;
      onRefreshed();
    } catch (error) {
      if (signal.aborted) return;
      if (!this.#hasFailed) onProblem(errorText(error));
      this.#hasFailed = true;
    }
    if (!signal.aborted) this.#timer = clock.after(everyMs, () => void this.#refresh());
  }
}
