import { expect, test } from "vitest";
import type { ExperimentConfig } from "../../../src/config/config.ts";
import { armOf } from "../../../src/fallback/selection/experiment.ts";

const arms = [
  { name: "old", model: "a/1", weight: 3 },
  { name: "new", model: "b/1", weight: 1 },
];
const byRequest: ExperimentConfig = { name: "e", taskType: undefined, splitBy: { kind: "request_id" }, arms };
const byTag: ExperimentConfig = { ...byRequest, splitBy: { kind: "tag", tag: "user" } };

function subject(requestId: string, tags: Record<string, string> = {}) {
  return { requestId, tags, taskType: undefined };
}

test("the same key always meets the same arm, whatever else differs", () => {
  for (let user = 0; user < 50; user++) {
    const first = armOf(byTag, subject("r1", { user: `u${user}` }));
    expect(armOf(byTag, subject("r2", { user: `u${user}`, team: "x" }))).toBe(first);
  }
});

test("arms get their shares", () => {
  const keys = Array.from({ length: 4_000 }, (_, index) => `r${index}`);
  const old = keys.filter((key) => armOf(byRequest, subject(key))?.name === "old").length;
  // Four standard deviations of 4,000 draws at 3 in 4.
  expect(Math.abs(old - 3_000)).toBeLessThan(110);
});

test("experiments are independent of each other", () => {
  const other = { ...byRequest, name: "f" };
  const keys = Array.from({ length: 4_000 }, (_, index) => `r${index}`);
  const both = keys.filter(
    (key) => armOf(byRequest, subject(key))?.name === "new" && armOf(other, subject(key))?.name === "new",
  ).length;
  // 1 in 16, four standard deviations.
  expect(Math.abs(both - 250)).toBeLessThan(62);
});

test("who lacks the tag, or is another type of task, does not take part", () => {
  expect(armOf(byTag, subject("r1"))).toBeUndefined();
  expect(armOf({ ...byRequest, taskType: "summary" }, subject("r1"))).toBeUndefined();
});
