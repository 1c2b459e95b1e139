import { expect, it } from "vitest";
import { LruMap } from "../../../src/cost/tokens/lru-map.ts";

it("keeps what was used last", () => {
  const map = new LruMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([...map.entries()]).toEqual([
    ["a", 1],
    ["c", 3],
  ]);
  expect(map.get("b")).toBeUndefined();
  map.set("a", 4);
  expect([...map.entries()]).toEqual([
    ["c", 3],
    ["a", 4],
  ]);
  map.clear();
  expect([...map.entries()]).toEqual([]);
});
