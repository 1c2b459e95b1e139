import { DAY_MS, MINUTE_MS } from "../../core/durations.ts";
import { parseRetryAfter } from "../../core/retry-after.ts";
import type { HeaderFeedback, RateLimitHeaders } from "./header-limit.ts";
import { readLimit, xRateLimitNames } from "./read-limit.ts";

const REQUESTS = xRateLimitNames("requests");
const TOKENS = xRateLimitNames("tokens");

/** Groq: OpenAI's names, but requests are always those of a day and tokens those of a minute. */
export function parseGroqHeaders(headers: RateLimitHeaders, nowWallMs: number): HeaderFeedback {
  return {
    limits: [
      ...readLimit(headers, nowWallMs, REQUESTS, { metric: "requests", windowMs: DAY_MS }),
      ...readLimit(headers, nowWallMs, TOKENS, { metric: "tokens", windowMs: MINUTE_MS }),
    ],
    retryAfterMs: parseRetryAfter(headers, nowWallMs),
  };
}
