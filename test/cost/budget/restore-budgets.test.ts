import fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { restoreBudgets } from "../../../src/cost/budget/restore-budgets.ts";
import { MemoryLedger } from "../../../src/stores/memory/ledger.ts";
import { makeEntry } from "../../support/ledger/make-entry.ts";
import { makeBook, makeCall, NO_TOKENS, NOON_MS } from "./make-book.ts";

const YAML = `
budgets:
  hourly_usd: 10
  daily_usd: 10
  weekly_usd: 10
  monthly_usd: 10
  time_zone: Asia/Kathmandu
  scopes:
    - {provider: openai, hourly_usd: 5, monthly_usd: 5}
    - {model: gemini/gemini-2.5-flash, daily_usd: 5}
    - {tag: team, daily_usd: 5}
    - {tag: env=prod, tenant: search, weekly_usd: 5}
tenants: {search: {token: abc, budgets: {daily_usd: 3}}, chat: {token: def}}
`;

const call = fc
  .record({
    tenant: fc.constantFrom("search", "chat"),
    model: fc.constantFrom("openai/mini", "openai/large", "gemini/gemini-2.5-flash"),
    tags: fc.constantFrom({}, { team: "blue" }, { team: "red", env: "prod" }, { env: "prod" }, { team: "" }),
    worst: fc.bigInt(1n, 10n ** 9n),
    /** Of the worst case; above 100 the estimate was wrong. */
    percent: fc.integer({ min: 0, max: 130 }),
    end: fc.constantFrom("settle", "release", "expire", "stay open", "late"),
    pauseMs: fc.integer({ min: 0, max: 3 * 3_600_000 }),
  })
  .map((drawn) => ({ ...drawn, provider: drawn.model.split("/")[0]! }));

test("a book made anew from the ledger and the open calls stands as the old one did", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
      const clock = new ManualClock({ wallMs: NOON_MS });
      const { book } = makeBook(YAML, clock);
      const ledger = new MemoryLedger();
      const open: ReturnType<typeof makeCall>[] = [];
      for (const { worst, percent, end, pauseMs, ...series } of calls) {
        const asked = makeCall({ ...series, worstCostNanoUsd: worst });
        const cost = (worst * BigInt(percent)) / 100n;
        const record = (totalNanoUsd: bigint): void =>
          ledger.record(
            makeEntry({
              ...series,
              wallMs: clock.wallMs(),
              cost: { inputNanoUsd: totalNanoUsd, outputNanoUsd: 0n, totalNanoUsd, priceSource: "" },
            }),
          );
        const charge = book.scopeFor(asked, () => cost)!.charge(clock.monotonicMs(), NO_TOKENS);
        clock.advance(pauseMs);
        if (end === "settle") {
          charge.settle(0, NO_TOKENS);
          record(cost);
        } else if (end === "release") charge.release();
        else if (end === "stay open") open.push(asked);
        else {
          charge.expire(0);
          record(worst);
          if (end === "late") {
            charge.settle(0, NO_TOKENS);
            record(cost - worst);
          }
        }
      }
      const { book: restored } = makeBook(YAML, clock);
      await restoreBudgets(restored, ledger, { wallMs: clock.wallMs(), timeZone: "Asia/Kathmandu" });
      for (const asked of open) restored.scopeFor(asked, () => undefined)!.charge(0, NO_TOKENS);
      expect(sorted(restored.reports())).toEqual(sorted(book.reports()));
    }),
    { numRuns: 300, seed: 11 },
  );
});

/** Accounts of tag values by name, without those that stand at nothing. */
function sorted(reports: ReturnType<ReturnType<typeof makeBook>["book"]["reports"]>) {
  return reports
    .filter(({ usedNanoUsd, reservedNanoUsd }) => usedNanoUsd !== 0n || reservedNanoUsd !== 0n)
    .map((report) => ({
      id: `${report.scope} ${report.scopeValue} ${report.period} ${report.amountNanoUsd}`,
      report,
    }))
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}
