// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { describe, expect, test } from "vitest";
import { formatDuration, parseDurationMs } from "../../src/config/duration.ts";
import { parseNanoUsd, timesThousand } from "../../src/config/money.ts";
import { editDistance, nearestNames } from "../../src/config/nearest-names.ts";
import { substitute } from "../../src/config/substitute.ts";

describe("durations", () => {
  test.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["1.5m", 90_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
    ["90d", 7_776_000_000],
    ["0s", 0],
    [" 5s ", 5_000],
    ["30", undefined],
    ["", undefined],
    ["-1s", undefined],
    ["1w", undefined],
    ["1.5ms", undefined],
    ["5 s", undefined],
    ["99999999999999999d", undefined],
  ])("%j is %j ms", (text, milliseconds) => {
    expect(parseDurationMs(text)).toBe(milliseconds);
  });

  test.each(["1d", "25h", "90s", "1500ms", "0ms"])("%s is written as it is read", (text) => {
    expect(formatDuration(parseDurationMs(text)!)).toBe(text);
  });
});

describe("money", () => {
  test.each([
    ["0.15", 150_000_000n],
    [0.15, 150_000_000n],
    [0.1 + 0.2, undefined],
    ["0.000000001", 1n],
    [1e-7, 100n],
    [1.1, 1_100_000_000n],
    ["50", 50_000_000_000n],
    ["1e3", 1_000_000_000_000n],
    ["0.0000000001", undefined],
    ["-1", undefined],
    ["1,5", undefined],
    ["$1", undefined],
    ["", undefined],
    ["Infinity", undefined],
    [Number.NaN, undefined],
  ])("%s dollars are %s nano-dollars", (amount, nano) => {
    expect(parseNanoUsd(amount)).toBe(nano);
  });

  test("a price per thousand becomes one per million without rounding", () => {
    expect(parseNanoUsd(timesThousand("0.00015"))).toBe(150_000_000n);
    expect(parseNanoUsd(timesThousand("0.000000000001"))).toBe(1n);
  });
});

describe("nearest names", () => {
  test("distance counts inserted, deleted and replaced letters", () => {
    expect([
      editDistance("", "abc"),
      editDistance("timout", "timeout"),
      editDistance("kitten", "sitting"),
    ]).toEqual([3, 1, 3]);
  });

  test("nearest first, and nothing far-fetched", () => {
    expect(nearestNames("timout", ["first_token_timeout", "timeout", "tier"], 3)).toEqual(["timeout"]);
    expect(nearestNames("zzz", ["timeout", "tier"], 3)).toEqual([]);
  });
});

describe("substitution", () => {
  const environment = { KEY: "k", EMPTY: "" };
  test.each([
    ["${KEY}", "k"],
    ["a-${KEY}-${KEY}", "a-k-k"],
    ["${NONE:-x}", "x"],
    ["${EMPTY:-x}", "x"],
    ["${EMPTY}", ""],
    ["${NONE:-}", ""],
    ["${NONE:-http://a:1/b}", "http://a:1/b"],
    ["$${KEY}", "${KEY}"],
    ["$KEY", "$KEY"],
  ])("%s gives %j", (text, filled) => {
    expect(substitute(text, environment)).toMatchObject({ text: filled, problems: [] });
  });

  test.each([
    ["${NONE}", "the variable NONE is not set; set it, or write ${NONE:-} to go without"],
    [
      "${NO SPACE}",
      "${NO SPACE} is no substitution; write ${NAME} or ${NAME:-default}, or $${ for the characters",
    ],
    ["${KEY", "${KEY is no substitution; write ${NAME} or ${NAME:-default}, or $${ for the characters"],
    ["${}", "${} is no substitution; write ${NAME} or ${NAME:-default}, or $${ for the characters"],
  ])("%s is a problem", (text, problem) => {
    expect(substitute(text, environment).problems).toEqual([problem]);
  });
});
