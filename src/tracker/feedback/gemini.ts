import { parseRetryAfter } from "../../core/retry-after.ts";
import type { HeaderFeedback, RateLimitHeaders } from "./header-limit.ts";

/** Gemini: no limits in headers; how long to wait stands in the body of a 429, and at times in `Retry-After`. */
export function parseGeminiHeaders(headers: RateLimitHeaders, nowWallMs: number): HeaderFeedback {
  return { limits: [], retryAfterMs: parseRetryAfter(headers, nowWallMs) };
}
