import { z } from "zod";
import { DAY_MS } from "../../core/durations.ts";
import type { Metric } from "../../core/limit.ts";
import { optional, required } from "./kind.ts";
import { choice, duration, integer, usd } from "./kinds.ts";
import { timeZone } from "./network-kinds.ts";

/** What a limit counts. */
const METRICS = [
  "requests",
  "tokens",
  "input_tokens",
  "output_tokens",
  "concurrent",
] as const satisfies readonly Metric[];

const amount = {
  ...integer(-1),
  read(value: unknown) {
    const reading = integer(-1).read(value);
    if (!("value" in reading) || reading.value !== 0) return reading;
    return {
      problem: "would never let a call start; write -1 for unlimited, or enabled: false on the provider",
    };
  },
};

const shortLimits = z.strictObject({
  rpm: optional(amount, "Requests per minute; -1: unlimited."),
  tpm: optional(amount, "Tokens per minute, input and output together; -1: unlimited."),
  rpd: optional(amount, "Requests per day, by the provider's own day; -1: unlimited."),
  tpd: optional(amount, "Tokens per day, by the provider's own day; -1: unlimited."),
  itpm: optional(amount, "Input tokens per minute; -1: unlimited."),
  otpm: optional(amount, "Output tokens per minute; -1: unlimited."),
  concurrent: optional(amount, "Calls running at the same time; -1: unlimited."),
});

const listedLimit = z.strictObject({
  metric: required(choice(...METRICS), "What is counted."),
  window: optional(
    duration(100, 31 * DAY_MS),
    "Length of the window, from 100ms to 31d; not for concurrent.",
  ),
  amount: required(amount, "How much of the metric fits into any window; -1: unlimited."),
  time_zone: optional(
    timeZone,
    "Only with window 1d: the limit counts calendar days of this zone, not any 24 hours.",
  ),
});

/** Limits by their usual short names, or as a list of (metric, window, amount). */
export const limitsSchema = z
  .union([shortLimits, z.array(listedLimit)])
  .optional()
  .describe(
    "Limits: {rpm, tpm, rpd, tpd, itpm, otpm, concurrent}, or a list of {metric, window, amount}. Each replaces the " +
      "built-in limit of the same metric and window; the others stay.",
  );

/** What a model costs, in US dollars per million tokens. */
export const priceSchema = z
  .strictObject({
    input_per_million_usd: optional(usd, "Input tokens."),
    output_per_million_usd: optional(usd, "Output tokens."),
    cached_input_per_million_usd: optional(
      usd,
      "Input tokens read from the provider's cache. Unset: as known, or as input.",
    ),
    cache_write_per_million_usd: optional(
      usd,
      "Input tokens written to the provider's cache. Unset: as known, or as input.",
    ),
    reasoning_per_million_usd: optional(
      usd,
      "Output tokens spent on reasoning. Unset: as known, or as output.",
    ),
  })
  .optional()
  .describe("Price in US dollars per million tokens. Each key that is set replaces the known price.");

/** Keys of spending limits, shared by `budgets`, its scopes and tenants. */
export const budgetKeys = {
  per_request_usd: optional(usd, "Most that one request may cost, in US dollars."),
  hourly_usd: optional(usd, "Most that may be spent in a clock hour, in US dollars."),
  daily_usd: optional(usd, "Most that may be spent in a calendar day, in US dollars."),
  weekly_usd: optional(usd, "Most that may be spent in a week that begins on Monday, in US dollars."),
  monthly_usd: optional(usd, "Most that may be spent in a calendar month, in US dollars."),
};

/** How a provider counts, where it differs from what its type suggests. */
export const chargeKeys = {
  charge_at: optional(
    choice("start", "end", "split"),
    "When the provider counts tokens: all at the start, all at the end, or input at the start and output at the end. " +
      "Unset: as its profile says.",
  ),
  refund: optional(
    choice("full", "none"),
    "Whether tokens that were reserved but not used are given back. Unset: as its profile says.",
  ),
};
