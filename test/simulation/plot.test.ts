import { expect, test } from "vitest";
import { renderPlot } from "../../src/simulation/plot/plot.ts";
import { linearScale } from "../../src/simulation/plot/scale.ts";
import { localModel, oneStream, runWorkload } from "./run-workload.ts";

test.each([
  [498, 4, false, [0, 200, 400, 600]],
  [60, 4, false, [0, 20, 40, 60]],
  [1, 4, false, [0, 0.5, 1]],
  [0, 4, false, [0, 0.5, 1]],
  [20, 12, true, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]],
  [7, 4, true, [0, 2, 4, 6]],
])("an axis up to %d has round ticks", (largest, tickCount, isExact, ticks) => {
  expect(linearScale({ largest, from: 0, to: 100, tickCount, isExact }).ticks).toEqual(ticks);
});

test("an axis ends at its last tick, or at the largest value if that is asked for", () => {
  expect(linearScale({ largest: 7, from: 100, to: 0, tickCount: 4 }).place(8)).toBe(0);
  expect(linearScale({ largest: 7, from: 100, to: 0, tickCount: 4, isExact: true }).place(7)).toBe(0);
});

test("a plot shows traffic, the binding limit and waits of each run, inside its frame", async () => {
  const workload = oneStream({ rate: "180/m", max_wait: "20s" }, { duration: "20m" });
  const report = await runWorkload(localModel("{rpm: 60}"), workload);
  const svg = renderPlot([report, report]);
  const texts = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, content]) => content);
  for (const expected of ["local/model, tier1", "Requests per minute", "limit 60", "cap 58", "max_wait"]) {
    expect(texts.filter((content) => content === expected)).toHaveLength(2);
  }
  expect(texts).toContain("Requests counted in the window of 60 s and the guard of 1 s");
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
  const points = [...svg.matchAll(/points="([^"]+)"/g)].flatMap(([, list]) => list!.split(" "));
  expect(points.length).toBeGreaterThan(1_000);
  for (const point of points) {
    const [x, y] = point.split(",").map(Number);
    expect(x! >= 0 && x! <= width! && y! >= 0 && y! <= height!, point).toBe(true);
  }
});

test("a pool without limits has no curve of one", async () => {
  const yaml = "providers: {local: {type: ollama, base_url: http://127.0.0.1:1, models: {model: {}}}}";
  const svg = renderPlot([await runWorkload(yaml, oneStream({ rate: "60/m" }, { duration: "1m" }))]);
  expect(svg).toContain("Requests per minute");
  expect(svg).not.toContain("counted");
});
