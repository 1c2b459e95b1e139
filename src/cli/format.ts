import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import type { Limit } from "../../gen/es/headway/v1/limit_pb.js";
import { LimitMetric } from "../../gen/es/headway/v1/limit_pb.js";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../core/durations.ts";
import { durationToMs, timestampToWallMs } from "../rpc/convert-time.ts";

const METRICS: Readonly<Record<number, string>> = {
  [LimitMetric.REQUESTS]: "requests",
  [LimitMetric.TOKENS]: "tokens",
  [LimitMetric.INPUT_TOKENS]: "input tokens",
  [LimitMetric.OUTPUT_TOKENS]: "output tokens",
  [LimitMetric.CONCURRENT]: "concurrent",
};

/** A duration for people, in the largest unit that fits: `250 ms`, `12.5 s`, `3 min`, `1 d`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < SECOND_MS) return `${Math.round(durationMs)} ms`;
  if (durationMs < MINUTE_MS) return `${oneDecimal(durationMs / SECOND_MS)} s`;
  if (durationMs < HOUR_MS) return `${oneDecimal(durationMs / MINUTE_MS)} min`;
  if (durationMs < DAY_MS) return `${oneDecimal(durationMs / HOUR_MS)} h`;
  return `${oneDecimal(durationMs / DAY_MS)} d`;
}

/** As {@link formatDuration}; empty when unset. */
export function formatOptionalDuration(duration: Duration | undefined): string {
  const durationMs = duration === undefined ? undefined : durationToMs(duration);
  return durationMs === undefined ? "" : formatDuration(durationMs);
}

/** The time from `nowWallMs` until then; empty when unset or past. */
export function formatTimeUntil(time: Timestamp | undefined, nowWallMs: number): string {
  const wallMs = time === undefined ? undefined : timestampToWallMs(time);
  return wallMs === undefined || wallMs <= nowWallMs ? "" : formatDuration(wallMs - nowWallMs);
}

/** 10⁻⁹ US dollars as `$0.00011`, all digits that are not trailing zeros, and at least cents. */
export function formatNanoUsd(nanoUsd: bigint): string {
  const digits = nanoUsd.toString().padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0{1,7}$/, "");
  return `$${digits.slice(0, -9)}.${fraction}`;
}

/** The same, rounded up to a hundredth of a cent. */
export function formatRoundedUsd(nanoUsd: bigint): string {
  const unit = 100_000n;
  return formatNanoUsd(((nanoUsd + unit - 1n) / unit) * unit);
}

/** A text of somebody else's without what would steer a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}

/** A count with thousands set apart: `1,234,567`. */
export function formatCount(count: bigint): string {
  return count.toLocaleString("en-US");
}

/** What is limited and how long: `requests / 1 min`. */
export function formatLimit({ metric, window }: Pick<Limit, "metric" | "window">): string {
  const name = METRICS[metric] ?? "other";
  return window === undefined ? name : `${name} / ${formatOptionalDuration(window)}`;
}

function oneDecimal(value: number): string {
  return String(Math.round(value * 10) / 10);
}
