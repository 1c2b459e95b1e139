import { describe, expect, it } from "vitest";
import { run, startServer } from "./program.ts";

const CONFIG = `
admin_token: admin-secret
budgets: {daily_usd: 0.01}
providers:
  own:
    type: openai_compatible
    base_url: http://127.0.0.1:9/v1
    api_key: none
    models: {a: {upstream_model: a, price: {input_per_million_usd: 0, output_per_million_usd: 100}}}
`;

/** A server whose callers have spent 1 cent on own/a: 60 and 40 tokens, by two teams. */
async function startSpent(): Promise<Record<string, string>> {
  const { address, httpUrl } = await startServer(CONFIG);
  const call = async (method: string, body: object): Promise<{ slotId: string }> => {
    const response = await fetch(`${httpUrl}/headway.v1.HeadwayService/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as { slotId: string };
  };
  for (const [team, outputTokens] of [
    ["search", 60],
    ["ads", 40],
  ] as const) {
    const slot = { models: ["own/a"], inputTokens: 5, maxOutputTokens: outputTokens, tags: { team } };
    const { slotId } = await call("AcquireSlot", slot);
    const usage = { inputTokens: 5, outputTokens };
    await call("SettleSlot", { slotId, outcome: "SLOT_OUTCOME_SUCCEEDED", usage });
  }
  return { HEADWAY_ADDRESS: address };
}

describe("what was spent", () => {
  it("is shown by groups, as bars, and as alerts", async () => {
    const environment = await startSpent();
    const usage = (...args: string[]) => run(["usage", ...args], environment);

    const table = await usage("--group-by", "tag:team,model", "--last", "7d");
    expect(table).toMatchObject({ code: 0, stderr: "" });
    expect(table.stdout).toMatch(/^TAG:TEAM +MODEL +REQUESTS/);
    expect(table.stdout).toMatch(
      /^search +own\/a +1 .* 60 +\$0\.006\nads +own\/a +1 .* 40 +\$0\.004\nTOTAL +2 /m,
    );

    const csv = await usage("--group-by", "model", "--format", "csv");
    const [header, row] = csv.stdout.split("\n").map((line) => line.split(","));
    expect(row![header!.indexOf("cost_usd")]).toBe("0.01");
    expect(row![header!.indexOf("output_tokens")]).toBe("100");

    const json = JSON.parse((await usage("--group-by", "model", "--format", "json")).stdout);
    expect(json.groups).toMatchObject([
      { key: { model: "own/a" }, totals: { cost: { totalNanoUsd: "10000000" } } },
    ]);

    const costs = await run(["costs", "--last", "2d"], { ...environment, COLUMNS: "70" });
    expect(costs).toMatchObject({ code: 0, stderr: "" });
    expect(costs.stdout).toMatch(/^\$0\.01 in the last 2 d, by model\n\nown\/a {2}█+ {2}\$0\.01 100\.0 %\n/);
    expect(costs.stdout).toMatch(/by day\n\n(\d{4}-\d\d-\d\d .*\n)$/);
    expect(costs.stdout).not.toContain("\u001b");
    expect(costs.stdout.split("\n")[2]).toHaveLength(70);
    const teams = await run(["costs", "--by", "tag:team", "--model", "own/*"], environment);
    expect(teams.stdout).toMatch(/^search .* 60\.0 %\nads .* 40\.0 %$/m);

    const alerts = () => run(["alerts"], { ...environment, HEADWAY_ADMIN_TOKEN: "admin-secret" });
    await expect.poll(async () => (await alerts()).stdout).toMatch(/budget_exceeded/);
    expect((await alerts()).stdout).toMatch(/^TIME +KIND +WHAT\n.*The budget of everything for this day is/);
  });

  it("is asked for with a way out of each mistake, on one line", async () => {
    const environment = await startSpent();
    for (const [args, code, text] of [
      [
        ["usage", "--last", "week"],
        2,
        '--last: "week" is no stretch of time; write for instance 24h or 7d\n',
      ],
      [
        ["costs", "--by", "model,day"],
        2,
        "--by takes one dimension; headway usage --group-by takes several\n",
      ],
      [["usage", "--group-by", "modle"], 1, /^INVALID_REQUEST: group_by\[0\] must be one of model, .*\n$/],
      [["alerts"], 1, /^TOKEN_INVALID: .*; set HEADWAY_ADMIN_TOKEN\n$/],
    ] as const) {
      const ended = await run([...args], environment);
      expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(text) });
    }
    const wrong = await run(["usage", "--format", "xml"], environment);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("Allowed choices are table, csv, json");
  });
});
