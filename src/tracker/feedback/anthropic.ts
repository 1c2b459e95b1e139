import { parseRetryAfter } from "../../core/retry-after.ts";
import type { HeaderFeedback, HeaderLimit, RateLimitHeaders } from "./header-limit.ts";
import { readLimit } from "./read-limit.ts";

const WINDOW_MS = 60_000;
/** Remaining tokens are rounded to the nearest thousand. */
const TOKEN_ROUNDING = 1_000;

/** Anthropic: requests, input tokens, output tokens and tokens of a minute; resets as RFC 3339 times. */
export function parseAnthropicHeaders(headers: RateLimitHeaders, nowWallMs: number): HeaderFeedback {
  return {
    limits: [
      ...read(headers, nowWallMs, "requests", "requests"),
      ...read(headers, nowWallMs, "input_tokens", "input-tokens").map(withRounding),
      ...read(headers, nowWallMs, "output_tokens", "output-tokens").map(withRounding),
      ...read(headers, nowWallMs, "tokens", "tokens").map(withRounding),
    ],
    retryAfterMs: parseRetryAfter(headers, nowWallMs),
  };
}

function read(
  headers: RateLimitHeaders,
  nowWallMs: number,
  metric: HeaderLimit["metric"],
  subject: string,
): HeaderLimit[] {
  const prefix = `anthropic-ratelimit-${subject}`;
  const names = { limit: `${prefix}-limit`, remaining: `${prefix}-remaining`, reset: `${prefix}-reset` };
  return readLimit(headers, nowWallMs, names, { metric, windowMs: WINDOW_MS });
}

function withRounding(limit: HeaderLimit): HeaderLimit {
  const isRounded = limit.remaining !== undefined && limit.remaining % TOKEN_ROUNDING === 0;
  return isRounded ? { ...limit, remainingError: TOKEN_ROUNDING / 2 } : limit;
}
