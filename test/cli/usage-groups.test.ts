import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { GetUsageResponseSchema } from "../../gen/es/headway/v1/get_usage_pb.js";
import { describeCosts } from "../../src/cli/costs.ts";
import { describeGroups, groupsAsCsv } from "../../src/cli/usage-groups.ts";

const NOW_MS = Date.UTC(2026, 10, 22, 9);
const DAY_MS = 86_400_000;

function sums(requests: bigint, totalNanoUsd: bigint | undefined) {
  return {
    requests,
    primaryRequests: requests,
    usage: { inputTokens: 1_000n * requests, outputTokens: 10n * requests },
    ...(totalNanoUsd !== undefined && { cost: { totalNanoUsd } }),
  };
}

function report(groups: readonly [Record<string, string>, bigint, bigint | undefined][]) {
  const requests = groups.reduce((sum, [, count]) => sum + count, 0n);
  const cost = groups.reduce((sum, [, , nanoUsd]) => sum + (nanoUsd ?? 0n), 0n);
  return create(GetUsageResponseSchema, {
    groups: groups.map(([key, count, nanoUsd]) => ({ key, totals: sums(count, nanoUsd) })),
    totals: sums(requests, cost),
  });
}

const BY_MODEL = report([
  [{ model: "a/cheap" }, 3n, 10_000_001n],
  [{ model: "a/dear" }, 1_000n, 2_000_000_000n],
  [{ model: "a/unknown" }, 1n, undefined],
]);

describe("groups", () => {
  it("are a table, the dearest first, with totals", () => {
    expect(describeGroups(BY_MODEL, ["model"])).toBe(
      [
        "MODEL      REQUESTS  FALLBACK  ERRORS  CACHE HITS  TOKENS IN  TOKENS OUT          COST",
        "a/dear        1,000         0       0           0  1,000,000      10,000         $2.00",
        "a/cheap           3         0       0           0      3,000          30  $0.010000001",
        "a/unknown         1         0       0           0      1,000          10",
        "TOTAL         1,004         0       0           0  1,004,000      10,040  $2.010000001",
        "",
      ].join("\n"),
    );
  });

  it("are in order of time where they have one", () => {
    const table = describeGroups(
      report([
        [{ day: "2026-11-22", model: "a/b" }, 1n, 5n],
        [{ day: "2026-11-20", model: "a/b" }, 1n, 1n],
        [{ day: "2026-11-21", model: "a/b" }, 1n, 9n],
      ]),
      ["day", "model"],
    );
    expect(table.match(/2026-11-\d\d/g)).toEqual(["2026-11-20", "2026-11-21", "2026-11-22"]);
    expect(table).toMatch(/^DAY +MODEL +REQUESTS/);
  });

  it("are CSV with exact amounts, quoted names, and nothing where nothing is known", () => {
    const csv = groupsAsCsv(
      report([
        [{ "tag:team": 'the "best", really' }, 2n, 10_000_001n],
        [{ "tag:team": "" }, 1n, undefined],
      ]),
      ["tag:team"],
    );
    const [header, first, second] = csv.trimEnd().split("\n");
    expect(header).toMatch(
      /^tag:team,requests,primary_requests,.*,cost_usd,average_latency_ms,success_rate$/,
    );
    expect(first).toBe('"the ""best"", really",2,2,0,0,0,0,0,0,0,2000,20,,,0.010000001,,');
    expect(second).toBe(",1,1,0,0,0,0,0,0,0,1000,10,,,,,");
  });

  it("cannot steer the terminal", () => {
    const table = describeGroups(report([[{ tag: "a=\u001b[2Jb\n" }, 1n, 1n]]), ["tag"]);
    expect(table).toContain("a=?[2Jb?");
    expect(table).not.toContain("\u001b");
  });
});

describe("costs", () => {
  const chart = { width: 60, hasColor: false, lastMs: 3 * DAY_MS, nowWallMs: NOW_MS };

  it("are bars with amounts and shares, the dearest first", () => {
    expect(
      describeCosts(BY_MODEL, { ...chart, dimension: "model" })
        .split("\n")
        .slice(0, 5),
    ).toEqual([
      "$2.0101 in the last 3 d, by model",
      "",
      expect.stringMatching(/^a\/dear {5}█+ {2} {2}\$2\.00 {2}99\.5 %$/),
      expect.stringMatching(/^a\/cheap {4}▏ +\$0\.0101 {3}0\.4 %$/),
      expect.stringMatching(/^a\/unknown +\$0\.00 {3}0\.0 %$/),
    ]);
  });

  it("show days on which nothing was spent, from the first that has something", () => {
    const days = describeCosts(
      report([
        [{ day: "2026-11-22" }, 1n, 5n],
        [{ day: "2026-11-20" }, 1n, 1n],
      ]),
      { ...chart, dimension: "day" },
    );
    expect(days.match(/2026-11-\d\d/g)).toEqual(["2026-11-20", "2026-11-21", "2026-11-22"]);
  });

  it("say when there are none, and name what has no tag", () => {
    expect(describeCosts(report([]), { ...chart, dimension: "model" })).toBe(
      "Nothing was spent in the last 3 d.\n",
    );
    const tags = describeCosts(report([[{ "tag:team": "" }, 1n, 5n]]), { ...chart, dimension: "tag:team" });
    expect(tags).toContain("(none)");
  });
});
