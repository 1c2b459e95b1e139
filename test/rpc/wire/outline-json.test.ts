import { describe, expect, it } from "vitest";
import { outlineJson } from "../../../src/rpc/wire/outline-json.ts";

const MOST = 1_000;
const outline = (text: string) => outlineJson(Buffer.from(text), MOST);
const LONG = "long ".repeat(1_000);

describe("outlineJson", () => {
  it.each([
    ["a word", "true", 1],
    ["a string with all signs", '"a,b[c{d]e}f:g"', 1],
    ["a string with a quote", String.raw`"a\",\"b"`, 1],
    ["a string that ends with a backslash", String.raw`["a\\","b"]`, 3],
    ["long strings", `["${LONG}","${LONG}"]`, 3],
    ["long strings with quotes", JSON.stringify([`${LONG}",{[${LONG}`, `${LONG}\\`]), 3],
    ["a long string of quotes", JSON.stringify(['"'.repeat(1_000), ""]), 3],
    ["an object", '{"a":1,"b":2}', 3],
    ["objects in lists", '[{},{},{"a":[1,2]}]', 1 + 1 + 2 + 3 + 1 + 1],
  ])("counts the values of %s", (_, text, valueCount) => {
    expect(outline(text).valueCount).toBe(valueCount);
  });

  it("stops soon above the most", () => {
    expect(outline("[".repeat(1_000_000)).valueCount).toBe(MOST + 1);
  });

  it.each([
    ["different keys", '{"a":1,"b":{"a":1}}', true],
    ["a key again in another object", '[{"a":1},{"a":1}]', true],
    ["a key again as a value", '{"a":"a","b":["a","b"]}', true],
    ["a key twice", '{"a":1,"a":2}', false],
    ["a key twice around something", '{"a":{"b":[1,{"c":2}]},"a":2}', false],
    ["a key twice that is not in ASCII", '{"é":1,"é":2}', false],
    ["a key with an escape", String.raw`{"\u0061":1}`, false],
    ["no keys", "[1,2]", true],
  ])("sees with %s whether keys are unique", (_, text, areKeysUnique) => {
    expect(outline(text).areKeysUnique).toBe(areKeysUnique);
  });

  it("leaves an object of a thousand keys to others", () => {
    const keys = Array.from({ length: 1_001 }, (_, index) => [`k${index}`, index]);
    expect(outlineJson(Buffer.from(JSON.stringify(Object.fromEntries(keys))), 10_000).areKeysUnique).toBe(
      false,
    );
  });

  it.each(["", '"', '"\\', "}]}", '{"a', "{,,,", "\\"])("comes to an end with %j", (text) => {
    expect(outline(text).valueCount).toBeLessThan(10);
  });
});
