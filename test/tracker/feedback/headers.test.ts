import { expect, test } from "vitest";
import { parseRetryAfter } from "../../../src/core/retry-after.ts";
import type { HeaderLimit } from "../../../src/tracker/feedback/header-limit.ts";
import { type FeedbackProfile, HEADER_PARSERS } from "../../../src/tracker/feedback/header-parsers.ts";
import { parseReset } from "../../../src/tracker/feedback/parse-reset.ts";

const NOW_WALL_MS = Date.UTC(2026, 10, 22, 12, 0, 0);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface HeaderCase {
  readonly profile: FeedbackProfile;
  readonly what: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: readonly HeaderLimit[];
  readonly retryAfterMs?: number;
}

const CASES: readonly HeaderCase[] = [
  {
    profile: "openai",
    what: "requests and tokens with Go durations",
    headers: {
      "x-ratelimit-limit-requests": "5000",
      "x-ratelimit-limit-tokens": "160000",
      "x-ratelimit-remaining-requests": "4999",
      "x-ratelimit-remaining-tokens": "159976",
      "x-ratelimit-reset-requests": "12ms",
      "x-ratelimit-reset-tokens": "6m0s",
    },
    limits: [
      { metric: "requests", limit: 5000, remaining: 4999, resetMs: 12 },
      { metric: "tokens", limit: 160_000, remaining: 159_976, resetMs: 360_000 },
    ],
  },
  {
    profile: "openai",
    what: "tokens of a project beside those of the organization",
    headers: {
      "x-ratelimit-limit-tokens": "200000",
      "x-ratelimit-remaining-tokens": "150000",
      "x-ratelimit-limit-project-tokens": "50000",
      "x-ratelimit-remaining-project-tokens": "100",
      "x-ratelimit-reset-project-tokens": "59.88s",
    },
    limits: [
      { metric: "tokens", limit: 200_000, remaining: 150_000, resetMs: undefined },
      { metric: "tokens", limit: 50_000, remaining: 100, resetMs: 59_880 },
    ],
  },
  { profile: "openai", what: "nothing", headers: { date: "Sun, 22 Nov 2026 12:00:00 GMT" }, limits: [] },
  {
    profile: "openai",
    what: "nonsense",
    headers: { "x-ratelimit-limit-requests": "many", "x-ratelimit-remaining-requests": "-3" },
    limits: [],
  },
  {
    profile: "azure",
    what: "only what remains, with retry-after-ms",
    headers: {
      "x-ratelimit-remaining-requests": "19",
      "x-ratelimit-remaining-tokens": "19913",
      "retry-after-ms": "1250",
      "retry-after": "2",
    },
    limits: [
      { metric: "requests", windowMs: 10_000, limit: undefined, remaining: 19, resetMs: undefined },
      { metric: "tokens", windowMs: MINUTE_MS, limit: undefined, remaining: 19_913, resetMs: undefined },
    ],
    retryAfterMs: 1_250,
  },
  {
    profile: "azure",
    what: "amounts of −1 say nothing",
    headers: {
      "x-ratelimit-limit-tokens": "-1",
      "x-ratelimit-remaining-tokens": "-1",
      "x-ratelimit-reset-tokens": "0",
    },
    limits: [],
  },
  {
    profile: "azure",
    what: "resets in whole seconds",
    headers: {
      "x-ratelimit-limit-tokens": "50000",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "55",
    },
    limits: [{ metric: "tokens", windowMs: MINUTE_MS, limit: 50_000, remaining: 0, resetMs: 55_000 }],
  },
  {
    profile: "anthropic",
    what: "four limits with RFC 3339 resets",
    headers: {
      "anthropic-ratelimit-requests-limit": "1000",
      "anthropic-ratelimit-requests-remaining": "999",
      "anthropic-ratelimit-requests-reset": "2026-11-22T12:00:01Z",
      "anthropic-ratelimit-input-tokens-limit": "80000",
      "anthropic-ratelimit-input-tokens-remaining": "79000",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-22T12:00:59.500Z",
      "anthropic-ratelimit-output-tokens-limit": "16000",
      "anthropic-ratelimit-output-tokens-remaining": "15998",
      "anthropic-ratelimit-output-tokens-reset": "2026-11-22T13:00:02+01:00",
      "anthropic-ratelimit-tokens-limit": "96000",
      "anthropic-ratelimit-tokens-remaining": "95000",
      "anthropic-ratelimit-tokens-reset": "2026-11-22T11:59:59Z",
    },
    limits: [
      { metric: "requests", windowMs: MINUTE_MS, limit: 1000, remaining: 999, resetMs: 1_000 },
      {
        metric: "input_tokens",
        windowMs: MINUTE_MS,
        limit: 80_000,
        remaining: 79_000,
        remainingError: 500,
        resetMs: 59_500,
      },
      { metric: "output_tokens", windowMs: MINUTE_MS, limit: 16_000, remaining: 15_998, resetMs: 2_000 },
      {
        metric: "tokens",
        windowMs: MINUTE_MS,
        limit: 96_000,
        remaining: 95_000,
        remainingError: 500,
        resetMs: 0,
      },
    ],
  },
  {
    profile: "gemini",
    what: "only Retry-After",
    headers: { "retry-after": "37", "x-ratelimit-remaining-requests": "1" },
    limits: [],
    retryAfterMs: 37_000,
  },
  {
    profile: "groq",
    what: "requests of a day and tokens of a minute",
    headers: {
      "retry-after": "2",
      "x-ratelimit-limit-requests": "14400",
      "x-ratelimit-limit-tokens": "18000",
      "x-ratelimit-remaining-requests": "14370",
      "x-ratelimit-remaining-tokens": "17997",
      "x-ratelimit-reset-requests": "2m59.56s",
      "x-ratelimit-reset-tokens": "7.66s",
    },
    limits: [
      { metric: "requests", windowMs: DAY_MS, limit: 14_400, remaining: 14_370, resetMs: 179_560 },
      { metric: "tokens", windowMs: MINUTE_MS, limit: 18_000, remaining: 17_997, resetMs: 7_660 },
    ],
    retryAfterMs: 2_000,
  },
  {
    profile: "other",
    what: "windows in the names",
    headers: {
      "x-ratelimit-limit-req-minute": "720",
      "x-ratelimit-remaining-req-minute": "717",
      "x-ratelimit-limit-tokens-minute": "5000000",
      "x-ratelimit-remaining-tokens-minute": "4999911",
      "x-ratelimit-limit-requests-day": "14400",
      "x-ratelimit-remaining-requests-day": "14399",
      "x-ratelimit-reset-requests-day": "33011.382",
    },
    limits: [
      { metric: "requests", windowMs: DAY_MS, limit: 14_400, remaining: 14_399, resetMs: 33_011_382 },
      { metric: "requests", windowMs: MINUTE_MS, limit: 720, remaining: 717, resetMs: undefined },
      {
        metric: "tokens",
        windowMs: MINUTE_MS,
        limit: 5_000_000,
        remaining: 4_999_911,
        resetMs: undefined,
      },
    ],
  },
  {
    profile: "other",
    what: "bare names with a reset since 1970",
    headers: {
      "x-ratelimit-limit": "20",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(NOW_WALL_MS / 1000 + 30),
    },
    limits: [{ metric: "requests", windowMs: undefined, limit: 20, remaining: 0, resetMs: 30_000 }],
  },
];

test.each(CASES)("$profile: $what", ({ profile, headers, limits, retryAfterMs }) => {
  expect(HEADER_PARSERS[profile](headers, NOW_WALL_MS)).toEqual({ limits, retryAfterMs });
});

test.each([
  ["6m0s", 360_000],
  ["1s", 1_000],
  ["12ms", 12],
  ["1h2m3.5s", 3_723_500],
  ["2d", 172_800_000],
  ["0", 0],
  ["7.66", 7_660],
  ["1795348860", 60_000],
  ["1795348860000", 60_000],
  ["2026-11-22T12:00:10Z", 10_000],
  ["Sun, 22 Nov 2026 12:00:05 GMT", 5_000],
  ["soon", undefined],
  ["", undefined],
  ["1 fortnight", undefined],
])("a reset of %j is %s ms away", (text, resetMs) => {
  expect(parseReset(text, NOW_WALL_MS)).toBe(resetMs);
});

test.each([
  [{ "retry-after-ms": "350" }, 350],
  [{ "retry-after-ms": "0.5" }, 1],
  [{ "x-ms-retry-after-ms": "700", "retry-after": "1" }, 700],
  [{ "retry-after-ms": "soon", "retry-after": "3" }, 3_000],
  [{ "retry-after": "20" }, 20_000],
  [{ "retry-after": " 1.5 " }, 1_500],
  [{ "retry-after": "1m30s" }, 90_000],
  [{ "retry-after": "Sun, 22 Nov 2026 12:00:07 GMT" }, 7_000],
  [{ "retry-after": "Sunday, 22-Nov-26 12:00:08 GMT" }, 8_000],
  [{ "retry-after": "Sun Nov 22 12:00:09 2026" }, 9_000],
  [{ "retry-after": "2026-11-22T12:00:11Z" }, 11_000],
  [{ "retry-after": "Sun, 22 Nov 2026 11:00:00 GMT" }, 0],
  [{ "retry-after": "-5" }, undefined],
  [{ "retry-after": "tomorrow" }, undefined],
  [{ "retry-after": "Sunday, in the morning" }, undefined],
  [{}, undefined],
])("%j asks to wait %s ms", (headers: Record<string, string>, waitMs) => {
  expect(parseRetryAfter(headers, NOW_WALL_MS)).toBe(waitMs);
});
