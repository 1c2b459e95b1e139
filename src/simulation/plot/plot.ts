import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../../core/durations.ts";
import type { Limit } from "../../core/limit.ts";
import type { PoolBucket, PoolRun, SimulationReport } from "../report.ts";
import { drawPanel, PANEL_HEIGHT, type Panel, PLOT_WIDTH, text, timeScale } from "./panel.ts";

const HEADING_HEIGHT = 34;

/** Colours that can be read on white and on dark alike; the background is left to the page. */
const STYLE = `
svg { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
text { fill: #57606a; }
.heading { font-size: 15px; font-weight: 600; }
.title { font-weight: 600; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.grid { stroke: #8c959f; stroke-opacity: 0.25; }
.level { stroke: #cf222e; stroke-dasharray: 5 4; }
.first, .second, .third { stroke-width: 1.6; stroke-linejoin: round; fill: none; }
.first { stroke: #0969da; }
.second { stroke: #bc4c00; }
.third { stroke: #8250df; }
.area { fill: #8c959f; fill-opacity: 0.3; }
@media (prefers-color-scheme: dark) {
  text { fill: #9da7b1; }
  .level { stroke: #ff7b72; }
  .first { stroke: #58a6ff; }
  .second { stroke: #f0883e; }
  .third { stroke: #bc8cff; }
}
`;

/** An SVG picture of runs: for each pool what came and started, what its limit counted, and how long it took. */
export function renderPlot(reports: readonly SimulationReport[]): string {
  const parts: string[] = [];
  let top = 10;
  for (const { tier, durationMs, pools } of reports) {
    const unit = unitOf(durationMs);
    const times = timeScale(durationMs / unit.lengthMs);
    for (const run of pools) {
      parts.push(text(16, top + 16, `${run.pool}, ${tier}`, "heading"));
      top += HEADING_HEIGHT;
      for (const panel of panelsOf(run, unit.lengthMs)) {
        parts.push(drawPanel(panel, times, unit.name, top));
        top += PANEL_HEIGHT;
      }
    }
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${PLOT_WIDTH} ${top}" role="img">`,
    "<title>Arrivals, starts, caps and waits of a simulated run</title>",
    `<style>${STYLE}</style>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function panelsOf(run: PoolRun, unitMs: number): Panel[] {
  const { buckets, bucketMs, limit, guardMs, maxWaitMs } = run;
  const points = (heightOf: (bucket: PoolBucket) => number | undefined) =>
    buckets.map((bucket) => ({ x: bucket.atMs / unitMs, y: heightOf(bucket) }));
  const perMinute = (count: number): number => (count * MINUTE_MS) / bucketMs;
  const seconds = (waitMs: number | undefined) => (waitMs === undefined ? undefined : waitMs / SECOND_MS);
  const traffic: Panel = {
    title: "Requests per minute",
    curves: [
      { label: "arrived", look: "area", points: points(({ arrived }) => perMinute(arrived)) },
      { label: "refused", look: "second", points: points(({ refused }) => perMinute(refused)) },
      { label: "started", look: "first", points: points(({ started }) => perMinute(started)) },
    ],
    levels: [],
  };
  const waits: Panel = {
    title: "Wait of those that started, in seconds",
    curves: [
      {
        label: "95 of 100 waited less",
        look: "second",
        points: points((bucket) => seconds(bucket.waits?.p95Ms)),
      },
      { label: "half waited less", look: "first", points: points((bucket) => seconds(bucket.waits?.p50Ms)) },
    ],
    levels: isNear(maxWaitMs, buckets) ? [{ label: "max_wait", value: maxWaitMs / SECOND_MS }] : [],
  };
  if (limit === undefined) return [traffic, waits];
  const counted: Panel = {
    title: countedTitle(limit.limit, guardMs),
    curves: [{ label: "counted", look: "third", points: points((bucket) => bucket.counted) }],
    levels: [
      { label: `limit ${limit.limit.amount.toLocaleString("en-US")}`, value: limit.limit.amount },
      { label: `cap ${limit.cap.toLocaleString("en-US")}`, value: limit.cap },
    ],
  };
  return [traffic, counted, waits];
}

/** Whether waits came near to the longest that is accepted; a line far above them would only press them flat. */
function isNear(maxWaitMs: number, buckets: readonly PoolBucket[]): boolean {
  return buckets.some(({ waits }) => waits !== undefined && waits.maxMs > maxWaitMs / 3);
}

function countedTitle({ metric, windowMs, calendarTimeZone }: Limit, guardMs: number): string {
  const what = metric === "concurrent" ? "Calls" : metric.replace("_", " ");
  const name = `${what[0]!.toUpperCase()}${what.slice(1)}`;
  if (metric === "concurrent") return `${name} that run at the same time`;
  if (calendarTimeZone !== undefined) return `${name} in the day of ${calendarTimeZone}`;
  return `${name} counted in the window of ${windowMs / SECOND_MS} s and the guard of ${guardMs / SECOND_MS} s`;
}

function unitOf(durationMs: number): { readonly name: string; readonly lengthMs: number } {
  if (durationMs <= 3 * MINUTE_MS) return { name: "s", lengthMs: SECOND_MS };
  return durationMs <= 3 * HOUR_MS ? { name: "min", lengthMs: MINUTE_MS } : { name: "h", lengthMs: HOUR_MS };
}
