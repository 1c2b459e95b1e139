import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { LimitMetric, LimitSchema } from "../../gen/es/headway/v1/limit_pb.js";
import { formatDuration, formatLimit, formatNanoUsd } from "../../src/cli/format.ts";
import { formatTable } from "../../src/cli/table.ts";

describe("money", () => {
  it.each([
    [0n, "$0.00"],
    [1n, "$0.000000001"],
    [110_000n, "$0.00011"],
    [1_500_000_000n, "$1.50"],
    [12_345_000_000_000n, "$12345.00"],
  ])("%s nano-dollars are %s", (nanoUsd, text) => {
    expect(formatNanoUsd(nanoUsd)).toBe(text);
  });
});

describe("a duration", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [12_540, "12.5 s"],
    [60_000, "1 min"],
    [5_400_000, "1.5 h"],
    [172_800_000, "2 d"],
  ])("of %s ms is %s", (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});

it("a limit is named by what and how long it counts", () => {
  const perMinute = create(LimitSchema, { metric: LimitMetric.REQUESTS, window: { seconds: 60n } });
  expect(formatLimit(perMinute)).toBe("requests / 1 min");
  expect(formatLimit(create(LimitSchema, { metric: LimitMetric.CONCURRENT }))).toBe("concurrent");
});

it("a table lines its columns up and has no trailing spaces", () => {
  const columns = [
    { title: "NAME", align: "left" },
    { title: "N", align: "right" },
    { title: "NOTE", align: "left" },
  ] as const;
  expect(formatTable(columns, [["a", "100", ""], ["long name", "1", "x"], ["short"]])).toBe(
    ["NAME         N  NOTE", "a          100", "long name    1  x", "short", ""].join("\n"),
  );
});
