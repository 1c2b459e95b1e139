import { parseRetryAfter } from "../../core/retry-after.ts";
import type { HeaderFeedback, HeaderLimit, RateLimitHeaders } from "./header-limit.ts";
import { type HeaderNames, readLimit, xRateLimitNames } from "./read-limit.ts";

const SUBJECTS: readonly (readonly [subject: string, metric: HeaderLimit["metric"]])[] = [
  ["requests", "requests"],
  ["req", "requests"],
  ["tokens", "tokens"],
  ["input-tokens", "input_tokens"],
  ["output-tokens", "output_tokens"],
];
/** How all of the names begin. */
const PREFIX = "x-ratelimit-";
const WINDOWS: readonly (readonly [suffix: string, windowMs: number | undefined])[] = [
  ["", undefined],
  ["-second", 1_000],
  ["-minute", 60_000],
  ["-hour", 3_600_000],
  ["-day", 86_400_000],
];

interface KnownLimit {
  readonly names: HeaderNames;
  readonly of: Pick<HeaderLimit, "metric" | "windowMs">;
}

const KNOWN: readonly KnownLimit[] = [
  ...SUBJECTS.flatMap(([subject, metric]) =>
    WINDOWS.map(([suffix, windowMs]) => ({
      names: xRateLimitNames(subject + suffix),
      of: { metric, windowMs },
    })),
  ),
  {
    names: { limit: "x-ratelimit-limit", remaining: "x-ratelimit-remaining", reset: "x-ratelimit-reset" },
    of: { metric: "requests", windowMs: undefined },
  },
];

/**
 * Servers that speak OpenAI's API: its names, with or without the window behind (`…-requests-day`, `…-req-minute`,
 * `…-tokens-minute`), or the bare `x-ratelimit-limit` for requests.
 */
export function parseCompatibleHeaders(headers: RateLimitHeaders, nowWallMs: number): HeaderFeedback {
  return {
    // Most such servers send none, and there are many names to look for.
    limits: hasLimits(headers)
      ? KNOWN.flatMap(({ names, of }) => readLimit(headers, nowWallMs, names, of))
      : [],
    retryAfterMs: parseRetryAfter(headers, nowWallMs),
  };
}

function hasLimits(headers: RateLimitHeaders): boolean {
  for (const name in headers) if (name.startsWith(PREFIX)) return true;
  return false;
}
