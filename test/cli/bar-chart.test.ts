import { describe, expect, it } from "vitest";
import { barChart } from "../../src/cli/bar-chart.ts";

const BARS = [
  { label: "openai/gpt-4o", value: 80, text: "$8.00" },
  { label: "gemini/flash", value: 40, text: "$4.00" },
  { label: "echo/echo", value: 0, text: "$0.00" },
  { label: "tiny", value: 0.001, text: "$0.0001" },
];

describe("a bar chart", () => {
  it("draws in proportion, nothing for nothing, and something for almost nothing", () => {
    expect(barChart(BARS, { width: 60, hasColor: false })).toBe(
      [
        "openai/gpt-4o  ████████████████████████████████████    $8.00",
        "gemini/flash   ██████████████████                      $4.00",
        "echo/echo                                              $0.00",
        "tiny           ▏                                     $0.0001",
        "",
      ].join("\n"),
    );
  });

  it.each([40, 60, 80, 132, 237])("is %i columns wide", (width) => {
    const lines = barChart(BARS, { width, hasColor: false }).trimEnd().split("\n");
    expect(lines.map((line) => line.length)).toEqual([width, width, width, width]);
  });

  it("is not narrower than 40 columns, and cuts long labels", () => {
    const bars = [{ label: "a-provider/with-a-model-of-a-long-name", value: 1, text: "$1.00" }];
    expect(barChart(bars, { width: 10, hasColor: false })).toBe("a-provider/with…  ███████████████  $1.00\n");
  });

  it("has eighths of a character", () => {
    const bars = [8, 7, 6, 5, 4, 3, 2, 1].map((value) => ({
      label: String(value),
      value,
      text: "x".repeat(34),
    }));
    const lines = barChart(bars, { width: 40, hasColor: false }).trimEnd().split("\n");
    expect(lines.map((line) => line[3])).toEqual(["█", "▉", "▊", "▋", "▌", "▍", "▎", "▏"]);
  });

  it("colours bars and nothing else, and stays as wide", () => {
    const plain = barChart(BARS, { width: 60, hasColor: false });
    const colored = barChart(BARS, { width: 60, hasColor: true });
    expect(colored.replaceAll("\u001b[36m", "").replaceAll("\u001b[39m", "")).toBe(plain);
    expect(colored.split("\n")[2]).toBe(plain.split("\n")[2]);
    expect(colored.split("\u001b")).toHaveLength(7);
  });

  it("of nothing at all has no bars", () => {
    const bars = [{ label: "a", value: 0, text: "$0.00" }];
    expect(barChart(bars, { width: 40, hasColor: true }).trim()).toMatch(/^a +\$0\.00$/);
  });
});
