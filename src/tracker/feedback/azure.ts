import { parseRetryAfter } from "../../core/retry-after.ts";
import type { HeaderFeedback, RateLimitHeaders } from "./header-limit.ts";
import { readLimit, xRateLimitNames } from "./read-limit.ts";

const REQUESTS = xRateLimitNames("requests");
const TOKENS = xRateLimitNames("tokens");
/** Azure counts requests over ten seconds, and says what is left of these. */
const REQUESTS_WINDOW_MS = 10_000;
const TOKENS_WINDOW_MS = 60_000;

/** Azure OpenAI: mostly only what remains; amounts of −1 while it has none to tell; resets in whole seconds. */
export function parseAzureHeaders(headers: RateLimitHeaders, nowWallMs: number): HeaderFeedback {
  return {
    limits: [
      ...readLimit(headers, nowWallMs, REQUESTS, { metric: "requests", windowMs: REQUESTS_WINDOW_MS }),
      ...readLimit(headers, nowWallMs, TOKENS, { metric: "tokens", windowMs: TOKENS_WINDOW_MS }),
    ],
    retryAfterMs: parseRetryAfter(headers, nowWallMs),
  };
}
