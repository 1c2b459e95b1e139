import { parseRetryAfter } from "../../core/retry-after.ts";
import type { HeaderFeedback, RateLimitHeaders } from "./header-limit.ts";
import { readLimit, xRateLimitNames } from "./read-limit.ts";

const REQUESTS = xRateLimitNames("requests");
const TOKENS = xRateLimitNames("tokens");
const PROJECT_TOKENS = xRateLimitNames("project-tokens");

/**
 * OpenAI: requests and tokens, without their window. Requests may be those of a minute or, in low tiers, of a day; the
 * tokens of a project stand beside those of the organization.
 */
export function parseOpenAiHeaders(headers: RateLimitHeaders, nowWallMs: number): HeaderFeedback {
  return {
    limits: [
      ...readLimit(headers, nowWallMs, REQUESTS, { metric: "requests" }),
      ...readLimit(headers, nowWallMs, TOKENS, { metric: "tokens" }),
      ...readLimit(headers, nowWallMs, PROJECT_TOKENS, { metric: "tokens" }),
    ],
    retryAfterMs: parseRetryAfter(headers, nowWallMs),
  };
}
