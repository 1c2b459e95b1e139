import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { arrivalsOf } from "../../src/simulation/arrivals.ts";
import { drawByShare, drawTokens } from "../../src/simulation/draw.ts";
import { oneStream, workloadFrom } from "./run-workload.ts";

describe("arrivals", () => {
  test("come at the asked rate, at random", () => {
    const workload = oneStream({ rate: "600/m" }, { duration: "2h" });
    const times = [...arrivalsOf(workload, workload.streams[0]!)].map(({ atMs }) => atMs);
    expect(times.length).toBeGreaterThan(71_000);
    expect(times.length).toBeLessThan(73_000);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    // Of a Poisson process the gaps deviate by as much as their mean.
    expect(deviation / mean).toBeCloseTo(1, 1);
  });

  test("keep to the time of their stream", () => {
    const workload = oneStream({ rate: "60/m", from: "10m", until: "20m" }, { duration: "1h" });
    const times = [...arrivalsOf(workload, workload.streams[0]!)].map(({ atMs }) => atMs);
    expect(times[0]).toBeGreaterThanOrEqual(600_000);
    expect(times.at(-1)).toBeLessThan(1_200_000);
  });

  test("of a stream do not change when another one is added", () => {
    const call = { models: "local/model", rate: "60/m", input_tokens: 10, output_tokens: 10 };
    const alone = workloadFrom({ streams: { first: call } });
    const both = workloadFrom({ streams: { second: call, first: call } });
    const [second, first] = both.streams;
    expect([...arrivalsOf(both, first!)]).toEqual([...arrivalsOf(alone, alone.streams[0]!)]);
    expect([...arrivalsOf(both, second!)]).not.toEqual([...arrivalsOf(both, first!)]);
  });

  test("belong to the tenants and priorities by their shares", () => {
    const workload = oneStream(
      { rate: "600/m", priorities: { high: 1, batch: 3 } },
      { tenants: { much: { share: 9 }, little: {}, silent: { share: 0 } } },
    );
    const arrivals = [...arrivalsOf(workload, workload.streams[0]!)];
    const part = (matches: (arrival: (typeof arrivals)[number]) => boolean) =>
      arrivals.filter(matches).length / arrivals.length;
    expect(part(({ tenant }) => tenant === "much")).toBeCloseTo(0.9, 1);
    expect(part(({ tenant }) => tenant === "silent")).toBe(0);
    expect(part(({ priority }) => priority === "high")).toBeCloseTo(0.25, 1);
  });

  test("of a stream with a tenant of its own are all from that one", () => {
    const workload = oneStream({ rate: "60/m", tenant: "own" }, { tenants: { other: {} } });
    const tenants = new Set([...arrivalsOf(workload, workload.streams[0]!)].map(({ tenant }) => tenant));
    expect([...tenants]).toEqual(["own"]);
  });
});

test("sizes have the asked median, and two of three lie within the spread", () => {
  const random = seededRandom(3);
  const sizes = Array.from({ length: 20_000 }, () => drawTokens(random, { median: 800, spread: 2 }));
  const sorted = sizes.toSorted((left, right) => left - right);
  expect(sorted[10_000]! / 800).toBeCloseTo(1, 1);
  expect(sizes.filter((size) => size >= 400 && size <= 1_600).length / 20_000).toBeCloseTo(0.68, 1);
  expect(sizes.every((size) => Number.isInteger(size) && size >= 1)).toBe(true);
});

test("a spread of 1 means that all have the same size", () => {
  const random = seededRandom(3);
  expect(new Set(Array.from({ length: 100 }, () => drawTokens(random, { median: 7, spread: 1 })))).toEqual(
    new Set([7]),
  );
});

test("a share of 0 is never drawn, also at the very end", () => {
  const almostOne = { next: () => 1 - Number.EPSILON / 2 };
  const items = [{ share: 0.1 }, { share: 0.2 }, { share: 0 }];
  expect(drawByShare(almostOne, items)).toBe(items[1]);
});
