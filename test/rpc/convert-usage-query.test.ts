import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { GetUsageRequestSchema, Timeframe } from "../../gen/es/headway/v1/get_usage_pb.js";
import { readGetUsage } from "../../src/rpc/convert-usage-query.ts";

type Init = MessageInitShape<typeof GetUsageRequestSchema>;
const NOW = 1_800_000_000_000;
const read = (init: Init) => readGetUsage(create(GetUsageRequestSchema, init), NOW);

describe("the time asked for", () => {
  const cases: [string, Init, number | undefined, number | undefined][] = [
    ["everything by default", {}, undefined, undefined],
    ["everything by name", { timeframe: Timeframe.ALL }, undefined, undefined],
    ["the last minute", { timeframe: Timeframe.MINUTE }, NOW - 60_000, undefined],
    ["the last week", { timeframe: Timeframe.WEEK }, NOW - 7 * 86_400_000, undefined],
    ["from to", { startTime: { seconds: 5n }, endTime: { seconds: 6n, nanos: 500_000_000 } }, 5000, 6500],
  ];
  it.each(cases)("%s", (_, init, startWallMs, endWallMs) => {
    expect(read(init)).toMatchObject({ kind: "valid", value: { startWallMs, endWallMs } });
  });
});

describe("a query is refused for", () => {
  const cases: [string, Init, string[]][] = [
    ["two ways of saying when", { timeframe: Timeframe.DAY, endTime: { seconds: 1n } }, ["timeframe"]],
    ["an unknown timeframe", { timeframe: 99 as Timeframe }, ["timeframe"]],
    ["an end before the start", { startTime: { seconds: 2n }, endTime: { seconds: 2n } }, ["end_time"]],
    ["a time beyond the year 9999", { startTime: { seconds: 2n ** 60n } }, ["start_time"]],
    ["an unknown dimension", { groupBy: ["model", "colour"] }, ["group_by[1]"]],
    ["a tag without key", { groupBy: ["tag:"] }, ["group_by[0]"]],
    ["a dimension twice", { groupBy: ["day", "day"] }, ["group_by[1]"]],
    ["too many dimensions", { groupBy: Array.from({ length: 9 }, (_, i) => `tag:${i}`) }, ["group_by"]],
    ["an empty model", { models: [""] }, ["models[0]"]],
  ];
  it.each(cases)("%s", (_, init, fields) => {
    const result = read(init);
    expect(result.kind === "refused" && result.fieldViolations?.map(({ field }) => field)).toEqual(fields);
  });
});

it("dimensions keep their order", () => {
  expect(read({ groupBy: ["tag:team", "model", "hour"] })).toMatchObject({
    value: { groupBy: ["tag:team", "model", "hour"] },
  });
});
