import { z } from "zod";
import { HOUR_MS } from "../../core/durations.ts";
import { optional } from "./kind.ts";
import { duration } from "./kinds.ts";
import { url } from "./network-kinds.ts";

const MONTH_MS = 30 * 24 * HOUR_MS;

/** Where known prices come from. */
export const pricesSchema = z
  .strictObject({
    refresh: optional(
      duration(HOUR_MS, MONTH_MS),
      "How often the newest prices are fetched, as 24h. Unset: never; the installed ones hold.",
    ),
    url: optional(
      url,
      "Where they are fetched from, for instance a copy of your own. Unset: where the makers of genai-prices publish them.",
    ),
  })
  .prefault({})
  .describe("Where the known prices of models come from.");
