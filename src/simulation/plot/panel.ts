import { linearScale, type Scale } from "./scale.ts";

/** A curve. Undefined values leave a gap. */
export interface Curve {
  readonly label: string;
  /** Its look: one of the classes in the plot's style. */
  readonly look: "first" | "second" | "third" | "area";
  readonly points: readonly { readonly x: number; readonly y: number | undefined }[];
}

/** A level line over the whole width. */
export interface Level {
  readonly label: string;
  readonly value: number;
}

/** One diagram of a plot. */
export interface Panel {
  /** What its vertical axis counts, with the unit. */
  readonly title: string;
  readonly curves: readonly Curve[];
  readonly levels: readonly Level[];
}

const LEFT = 64;
const WIDTH = 760;
const HEIGHT = 130;
/** Room for the labels of level lines. */
const RIGHT = 136;

/** Width of everything, in pixels. */
export const PLOT_WIDTH = LEFT + WIDTH + RIGHT;
/** Height of one panel with its title, in pixels. */
export const PANEL_HEIGHT = HEIGHT + 62;

/** The horizontal axis that all panels of a plot share, up to `largest`. */
export function timeScale(largest: number): Scale {
  return linearScale({ largest, from: LEFT, to: LEFT + WIDTH, tickCount: 12, isExact: true });
}

/** Draws a panel with its upper edge at `top`; `unit` is that of the horizontal axis. */
export function drawPanel(panel: Panel, times: Scale, unit: string, top: number): string {
  const plotTop = top + 26;
  const bottom = plotTop + HEIGHT;
  const values = [
    ...panel.curves.flatMap(({ points }) => points.map(({ y }) => y ?? 0)),
    ...panel.levels.map(({ value }) => value),
  ];
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const heights = linearScale({ largest, from: bottom, to: plotTop, tickCount: 4 });
  return [
    text(LEFT, top + 12, panel.title, "title"),
    legend(panel.curves, top + 12),
    ...heights.ticks.flatMap((tick) => [
      line(LEFT, heights.place(tick), LEFT + WIDTH, heights.place(tick), "grid"),
      text(LEFT - 8, heights.place(tick) + 4, tick.toLocaleString("en-US"), "tick end"),
    ]),
    ...times.ticks.map((tick) => text(times.place(tick), bottom + 16, String(round(tick)), "tick middle")),
    text(LEFT + WIDTH + 12, bottom + 16, unit, "tick"),
    ...drawLevels(panel.levels, heights),
    ...panel.curves.map((curve) => drawCurve(curve, times, heights)),
  ].join("\n");
}

function drawCurve({ look, points }: Curve, times: Scale, heights: Scale): string {
  const runs: string[][] = [[]];
  for (const { x, y } of points) {
    if (y === undefined) runs.push([]);
    else runs.at(-1)!.push(`${round(times.place(x))},${round(heights.place(y))}`);
  }
  const paths = runs.filter((run) => run.length > 0);
  if (look !== "area")
    return paths.map((run) => `<polyline class="${look}" points="${run.join(" ")}"/>`).join("\n");
  const base = round(heights.place(0));
  return paths
    .map((run) => {
      const [first, last] = [run[0]!, run.at(-1)!].map((point) => point.split(",")[0]);
      return `<polygon class="area" points="${first},${base} ${run.join(" ")} ${last},${base}"/>`;
    })
    .join("\n");
}

/** Level lines with their labels, which are moved apart where the lines are close. */
function drawLevels(levels: readonly Level[], heights: Scale): string[] {
  let lowest = Number.NEGATIVE_INFINITY;
  return levels
    .toSorted((left, right) => right.value - left.value)
    .flatMap(({ label, value }) => {
      const y = heights.place(value);
      const labelY = Math.max(y + 4, lowest + 13);
      lowest = labelY;
      return [line(LEFT, y, LEFT + WIDTH, y, "level"), text(LEFT + WIDTH + 8, labelY, label, "tick")];
    });
}

/** Names of the curves, from right to left above the panel. */
function legend(curves: readonly Curve[], y: number): string {
  let right = LEFT + WIDTH;
  return curves
    .toReversed()
    .map(({ label, look }) => {
      const left = right - label.length * 6.6;
      const mark =
        look === "area"
          ? `<rect class="area" x="${round(left - 26)}" y="${y - 9}" width="18" height="9"/>`
          : line(left - 26, y - 4, left - 8, y - 4, look);
      right = left - 42;
      return `${mark}\n${text(left, y, label, "tick")}`;
    })
    .join("\n");
}

function line(x1: number, y1: number, x2: number, y2: number, look: string): string {
  return `<line class="${look}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

/** A line of text at its baseline. */
export function text(x: number, y: number, content: string, look: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text class="${look}" x="${round(x)}" y="${round(y)}">${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
