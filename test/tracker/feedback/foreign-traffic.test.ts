import { describe, expect, test } from "vitest";
import {
  type SharedAccount,
  type SharedOutcome,
  shareAccount,
} from "../../support/feedback/share-account.ts";
import type { Counting } from "../../support/feedback/stating-provider.ts";
import { printedSeed } from "../../support/scheduling/seed.ts";

const MINUTE_MS = 60_000;
const seed = printedSeed("foreign traffic");
const base: Omit<SharedAccount, "counting"> = {
  seed,
  real: { requests: 120, tokens: 100_000 },
  longestAnswerMs: 20_000,
  listens: true,
  durationMs: 15 * MINUTE_MS,
};

function between(outcome: SharedOutcome, fromMinute: number, untilMinute: number): SharedOutcome["arrivals"] {
  return outcome.arrivals.filter(({ atMs }) => {
    return atMs >= fromMinute * MINUTE_MS && atMs < untilMinute * MINUTE_MS;
  });
}

function refusals(arrivals: SharedOutcome["arrivals"]): number {
  return arrivals.filter(({ accepted }) => !accepted).length;
}

describe.each<Counting>(["sliding", "bucket"])("an account that is counted by a %s minute", (counting) => {
  test("is ours alone: late and reordered answers show no use by others and cost nothing", async () => {
    const listening = await shareAccount({ ...base, counting });
    const deaf = await shareAccount({ ...base, counting, listens: false });
    expect(listening.foreignUsage).toBe(0);
    expect(listening.leaked429).toBe(0);
    expect(listening.notes.filter(({ isStale }) => isStale).length).toBeGreaterThan(50);
    expect(listening.arrivals).toEqual(deaf.arrivals);
  });

  test("is shared: the pool makes room for others, and takes its own back when they are gone", async () => {
    const foreign = { perMinute: 60, fromMs: 3 * MINUTE_MS, untilMs: 9 * MINUTE_MS };
    const listening = await shareAccount({ ...base, counting, foreign, longestAnswerMs: 2_000 });
    const deaf = await shareAccount({ ...base, counting, foreign, longestAnswerMs: 2_000, listens: false });
    const shared = between(listening, 4, 9);
    expect(refusals(between(deaf, 4, 9)) / between(deaf, 4, 9).length).toBeGreaterThan(0.2);
    expect(refusals(shared) / shared.length).toBeLessThan(0.05);
    expect(listening.foreignUsage).toBeGreaterThan(0);
    expect(between(listening, 11, 15).length).toBeGreaterThan(0.97 * between(deaf, 11, 15).length);
  });

  test("is smaller than declared: the stated amounts are taken over", async () => {
    const real = { requests: 60, tokens: 24_000 };
    const declared = { requests: 120, tokens: 100_000 };
    const listening = await shareAccount({ ...base, counting, real, declared, longestAnswerMs: 2_000 });
    const adopted = listening.notes.flatMap((note) => note.adopted);
    expect(adopted.map(({ limit, declaredAmount }) => [limit.metric, limit.amount, declaredAmount])).toEqual([
      ["requests", 60, 120],
      ["tokens", 24_000, 100_000],
    ]);
    expect(refusals(between(listening, 2, 15))).toBe(0);
    expect(between(listening, 2, 15).length).toBeGreaterThan(13 * 44);
  });

  test("is larger than declared: nothing changes", async () => {
    const declared = { requests: 60, tokens: 24_000 };
    const listening = await shareAccount({ ...base, counting, declared });
    const deaf = await shareAccount({ ...base, counting, declared, listens: false });
    expect(listening.notes.flatMap((note) => note.adopted)).toEqual([]);
    expect(listening.arrivals).toEqual(deaf.arrivals);
  });
});
