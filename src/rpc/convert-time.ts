import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";

const MAX_DURATION_SECONDS = 315_576_000_000n;
const MIN_TIMESTAMP_SECONDS = -62_135_596_800n;
const MAX_TIMESTAMP_SECONDS = 253_402_300_799n;
const MAX_NANOS = 999_999_999;

/** Milliseconds with fractions. Undefined: not a duration by the rules of the type (range, signs that differ). */
export function durationToMs(duration: Duration): number | undefined {
  const { seconds, nanos } = duration;
  if (seconds > MAX_DURATION_SECONDS || seconds < -MAX_DURATION_SECONDS) return undefined;
  if (nanos > MAX_NANOS || nanos < -MAX_NANOS) return undefined;
  if ((seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0)) return undefined;
  return Number(seconds) * 1000 + nanos / 1e6;
}

/** A duration of so many milliseconds, to the nearest nanosecond; infinity becomes the longest there is. */
export function durationFromMs(durationMs: number): Duration {
  if (durationMs >= Number(MAX_DURATION_SECONDS) * 1000) {
    return durationOf(MAX_DURATION_SECONDS, 0);
  }
  const seconds = Math.trunc(durationMs / 1000);
  const nanos = Math.round((durationMs - seconds * 1000) * 1e6);
  // Rounding can fill the second up.
  if (nanos > MAX_NANOS) return durationOf(BigInt(seconds + 1), 0);
  return durationOf(BigInt(seconds), nanos);
}

/** Milliseconds since the Unix epoch. Undefined: not a timestamp by the rules of the type. */
export function timestampToWallMs(timestamp: Timestamp): number | undefined {
  const { seconds, nanos } = timestamp;
  if (seconds < MIN_TIMESTAMP_SECONDS || seconds > MAX_TIMESTAMP_SECONDS) return undefined;
  if (nanos < 0 || nanos > MAX_NANOS) return undefined;
  return Number(seconds) * 1000 + nanos / 1e6;
}

/** The timestamp of a wall time, to the millisecond; beyond the year 9999 that year's end. */
export function timestampFromWallMs(wallMs: number): Timestamp {
  if (wallMs >= Number(MAX_TIMESTAMP_SECONDS) * 1000) {
    return timestampOf(MAX_TIMESTAMP_SECONDS, 0);
  }
  const wholeMs = Math.round(wallMs);
  const seconds = Math.floor(wholeMs / 1000);
  return timestampOf(BigInt(seconds), (wholeMs - seconds * 1000) * 1e6);
}

function durationOf(seconds: bigint, nanos: number): Duration {
  return { $typeName: "google.protobuf.Duration", seconds, nanos };
}

function timestampOf(seconds: bigint, nanos: number): Timestamp {
  return { $typeName: "google.protobuf.Timestamp", seconds, nanos };
}
