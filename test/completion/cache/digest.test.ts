import { describe, expect, it } from "vitest";
import { digest } from "../../../src/completion/cache/digest.ts";

describe("digest", () => {
  it.each([
    ["the order of keys", { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ["an undefined key", { a: 1, b: undefined }, { a: 1 }],
    ["the class of bytes", Buffer.from([1, 2]), new Uint8Array([1, 2])],
  ])("is the same whatever %s", (_, left, right) => {
    expect(digest(left)).toBe(digest(right));
  });

  it.each([
    ["texts cut elsewhere", ["ab", "c"], ["a", "bc"]],
    ["a text and its number", "1", 1],
    ["a number and a bigint", 1, 1n],
    ["null and its name", null, "null"],
    ["null and undefined in a list", [null], [undefined]],
    ["an empty list and an empty object", [], {}],
    ["a list in a list", [["a"], "b"], [["a", "b"]]],
    ["a key and a value", { a: "b" }, { b: "a" }],
    ["halves of a character", "\ud83d", "\ude42"],
    ["bytes and a text", new Uint8Array([97]), "a"],
    ["a text that looks like the form", "s1:", ["s1:"]],
    ["0 and false", 0, false],
  ])("tells %s apart", (_, left, right) => {
    expect(digest(left)).not.toBe(digest(right));
  });
});
