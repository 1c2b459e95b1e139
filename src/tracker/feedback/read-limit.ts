import { parseCount } from "../../core/time-text.ts";
import type { HeaderLimit, RateLimitHeaders } from "./header-limit.ts";
import { parseReset } from "./parse-reset.ts";

/** Where one limit stands in the headers. */
export interface HeaderNames {
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
}

/** Reads one limit; empty when the headers say neither its amount nor what is left. A negative number says nothing. */
export function readLimit(
  headers: RateLimitHeaders,
  nowWallMs: number,
  names: HeaderNames,
  of: Pick<HeaderLimit, "metric" | "windowMs">,
): HeaderLimit[] {
  const limit = parseCount(headers[names.limit]);
  const remaining = parseCount(headers[names.remaining]);
  if (limit === undefined && remaining === undefined) return [];
  return [{ ...of, limit, remaining, resetMs: parseReset(headers[names.reset], nowWallMs) }];
}

/** Names of the form `x-ratelimit-limit-requests`, with what stands after the last hyphen as `subject`. */
export function xRateLimitNames(subject: string): HeaderNames {
  return {
    limit: `x-ratelimit-limit-${subject}`,
    remaining: `x-ratelimit-remaining-${subject}`,
    reset: `x-ratelimit-reset-${subject}`,
  };
}
