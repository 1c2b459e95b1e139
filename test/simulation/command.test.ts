import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runProgram } from "../../src/cli/program.ts";

const FLAGS = [
  "--model",
  "openai/gpt-4o-mini",
  "--rate",
  "600/m",
  "--input-tokens",
  "800",
  "--output-tokens",
  "200:2",
];
const SHORT = [...FLAGS, "--max-output-tokens", "900", "--max-wait", "10s", "--duration", "3m"];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headway-simulate-"));
  writeFileSync(join(folder, "headway.yaml"), "tier: tier1\n");
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Runs `headway simulate` and catches what it prints. */
async function run(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
  const noApp = () => Promise.reject(new Error("simulate needs no app"));
  const code = await runProgram(["simulate", "--config", join(folder, "headway.yaml"), ...args], noApp);
  return { code, output: written.stdout, errors: written.stderr };
}

test("compares two tiers side by side: the same rows, a column each, and a verdict each", async () => {
  const { code, output } = await run(...SHORT, "--compare", "tier2", "--tenants", "a:3,b:1");
  expect(code).toBe(0);
  const [table, tenants, verdicts] = output.trimEnd().split("\n\n");
  const cells = table!.split("\n").map((line) => line.split(/ {2,}/));
  expect(cells.every((row) => row.length === 3)).toBe(true);
  expect(cells[0]).toEqual(["openai/gpt-4o-mini", "TIER1", "TIER2"]);
  expect(cells.slice(1).map(([name]) => name)).toEqual([
    "requests",
    "started",
    "refused: WAIT_TOO_LONG",
    "wait, p50",
    "wait, p95",
    "wait, p99",
    "requests / 1 min",
    "tokens / 1 min",
    "requests / 1 d",
    "tokens in + out",
    "cost",
    "binding limit",
  ]);
  const [, requestsLow, requestsHigh] = cells[1]!;
  expect(requestsLow).toBe(requestsHigh);
  expect(cells.at(-1)).toEqual(["binding limit", "tokens / 1 min", "none"]);
  expect(tenants!.split("\n").map((line) => line.split(/ {2,}/)[0])).toEqual(["TENANTS", "a", "b"]);
  expect(verdicts).toMatch(/^tier1 does not carry this traffic: .*WAIT_TOO_LONG.*tokens \/ 1 min/m);
  expect(verdicts).toMatch(/^tier2 carries this traffic/m);
});

test("--json has the figures of each run", async () => {
  const { output } = await run(...SHORT, "--json", "--tier", "tier2");
  const { runs } = JSON.parse(output);
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatchObject({
    tier: "tier2",
    seed: 1,
    durationMs: 180_000,
    total: { requests: expect.any(Number), refused: {}, waits: { p99Ms: expect.any(Number) } },
    models: [{ name: "openai/gpt-4o-mini", costNanoUsd: expect.stringMatching(/^\d+$/) }],
  });
  expect(runs[0].models[0].limits[0]).toMatchObject({
    limit: { metric: "requests", windowMs: 60_000, amount: 5_000 },
    cap: 4_998,
  });
});

test("a workload file says the same as options; duration and seed may be given besides", async () => {
  const file = join(folder, "workload.yaml");
  writeFileSync(
    file,
    `duration: 1h
streams:
  traffic:
    models: openai/gpt-4o-mini
    rate: 600/m
    input_tokens: 800
    output_tokens: {median: 200, spread: 2}
    max_output_tokens: 900
    max_wait: 10s
`,
  );
  const byFile = await run("--workload", file, "--duration", "3m", "--seed", "5", "--json");
  const byFlags = await run(...SHORT, "--seed", "5", "--json");
  expect(JSON.parse(byFile.output)).toEqual(JSON.parse(byFlags.output));
});

test("--svg writes the plot", async () => {
  const file = join(folder, "run.svg");
  await run(...SHORT, "--svg", file);
  expect(readFileSync(file, "utf8")).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
});

test.each([
  [[], "which traffic? pass --workload workload.yaml, or --model, --rate"],
  [["--rate", "3"], '--rate: "3" is not a rate; write a number with a unit'],
  [["--rate", "3/s"], "--input-tokens: missing; pass this option"],
  [[...FLAGS, "--priorities", "urgent:3"], "--priorities: unknown key; known here: high, normal, low, batch"],
  [[...FLAGS, "--tenants", "a:x"], '--tenants: "x" is not a whole number'],
  [[...FLAGS, "--tier", "gold"], '--tier: "gold" is not one of free, tier1, tier2, paid'],
  [[...FLAGS, "--duration", "soon"], '--duration: "soon" is not a duration'],
  [[...FLAGS.with(1, "openai/gpt-4o"), "--compare", "free"], "--model: openai/gpt-4o is not offered on free"],
  [["--workload", "/nowhere/w.yaml"], "cannot read the workload /nowhere/w.yaml: there is no such file"],
  [
    [...FLAGS, "--workload", "w.yaml"],
    "--model, --rate, --input-tokens, --output-tokens: the workload file says",
  ],
  [[...SHORT, "--svg", "/nowhere/run.svg"], "cannot write the plot to /nowhere/run.svg"],
])("%j fails with a line that says the way out", async (args, expected) => {
  const { code, output, errors } = await run(...args);
  expect(code).not.toBe(0);
  expect(output).toBe("");
  expect(errors).toContain(expected);
});
