import { expect, it } from "vitest";
import { changedPaths } from "../../src/config/changed-paths.ts";

it.each([
  ["the same", { a: { b: 1 } }, { a: { b: 1 } }, []],
  ["another value", { a: { b: 1, c: 2 } }, { a: { b: 3, c: 2 } }, ["a.b"]],
  ["more and less", { a: { b: 1 }, d: 1 }, { a: { c: 1 }, d: 1 }, ["a.b", "a.c"]],
  ["a whole section", {}, { a: { b: { c: 1 } } }, ["a"]],
  ["a list, as a whole", { a: [1, 2] }, { a: [1, 3] }, ["a"]],
  ["another kind", { a: { b: 1 } }, { a: "text" }, ["a"]],
])("names %s", (_what, before, after, expected) => {
  expect(changedPaths(before, after)).toEqual(expected);
});
