import { expect, it, onTestFinished, vi } from "vitest";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { PriceBook } from "../../../src/cost/price/price-book.ts";
import { PriceRefresh } from "../../../src/cost/price/price-refresh.ts";
import { fetchJson } from "../../../src/web/fetch-json.ts";
import { PriceServer, priceData } from "../../support/service/price-server.ts";

const DAY_MS = 86_400_000;
const MINI = { id: "openai/gpt-4o-mini", providerType: "openai", upstreamModel: "gpt-4o-mini" };

it("takes what it can use, keeps what it has otherwise, and says once that something is wrong", async () => {
  const clock = new ManualClock({ wallMs: Date.UTC(2026, 10, 22) });
  const server = await PriceServer.start();
  onTestFinished(() => server.stop());
  const book = new PriceBook();
  const installed = book.forModel(MINI);
  const problems: string[] = [];
  let refreshed = 0;
  const refresh = new PriceRefresh({
    clock,
    book,
    everyMs: DAY_MS,
    url: server.url,
    fetchJson,
    onRefreshed: () => refreshed++,
    onProblem: (explanation) => problems.push(explanation),
  });
  onTestFinished(() => refresh.close());
  /** The next refresh, which is begun by the clock; its end shows in the timer that it sets. */
  const nextDay = async (answer: PriceServer["answer"]): Promise<void> => {
    server.answer = answer;
    const count = server.requestCount;
    await vi.waitFor(() => {
      clock.advance(DAY_MS);
      expect(server.requestCount).toBe(count + 1);
    });
  };

  await vi.waitFor(() => expect(problems).toEqual(["HTTP 500"]));
  expect(book.forModel(MINI)).toBe(installed);
  await nextDay("no JSON");
  await nextDay({ error: "gone" });
  await nextDay(priceData(-1, 2));
  expect(book.forModel(MINI)).toBe(installed);

  await nextDay(priceData(1, 2));
  await vi.waitFor(() => expect(refreshed).toBe(1));
  expect(problems).toHaveLength(1);
  const fresh = book.forModel(MINI);
  expect(fresh).toMatchObject({ source: expect.stringMatching(/^genai-prices 2026-\d\d-\d\d$/) });
  expect(fresh!.periods[0]!.bands[0]).toMatchObject({ input: 1_000_000_000n, output: 2_000_000_000n });

  await nextDay(404);
  await vi.waitFor(() => expect(problems).toEqual(["HTTP 500", "HTTP 404"]));
  expect(book.forModel(MINI)).toBe(fresh);

  await nextDay("hold");
  expect(server.heldCount).toBe(1);
  refresh.close();
  await vi.waitFor(() => expect(server.heldCount).toBe(0));
  expect(clock.nextTimerMs()).toBeUndefined();
  expect(problems).toHaveLength(2);
});
