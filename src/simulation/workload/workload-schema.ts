import { z } from "zod";
import { defaulted, optional, required } from "../../config/schema/kind.ts";
import { decimal, duration, integer, text } from "../../config/schema/kinds.ts";
import { modelId, plainName } from "../../config/schema/names.ts";
import { DAY_MS } from "../../core/durations.ts";
import { PRIORITIES } from "../../core/priority.ts";
import { rate } from "./rate.ts";

const MOST_TOKENS = 10_000_000;
const tokens = integer(1, MOST_TOKENS);
const share = decimal(0, 1_000_000);

/** A number for all, or a median and a spread. */
function tokenSize(description: string) {
  return z
    .union([
      required(tokens, description),
      z.strictObject({
        median: required(tokens, "Half of the requests have fewer."),
        spread: required(decimal(1, 100), "Two of three lie between median / spread and median × spread."),
      }),
    ])
    .describe(description);
}

const stream = z.strictObject({
  models: z
    .union([required(modelId, "The model."), z.array(required(modelId, "A model."))])
    .describe("The model, or several in order of preference: the first that can start in time is taken."),
  rate: required(rate, "Mean rate at which requests arrive, as 120/m; they arrive at random."),
  input_tokens: tokenSize("Input tokens of a request: a number, or {median, spread}."),
  output_tokens: tokenSize("Tokens of an answer: a number, or {median, spread}."),
  max_output_tokens: optional(
    tokens,
    "Output tokens that each request reserves, and at which its answer is cut. Unset: as learned from earlier answers.",
  ),
  tenant: optional(text(), "The only sender. Unset: all tenants by their shares."),
  priorities: z
    .partialRecord(z.enum(PRIORITIES), required(share, "Part of the requests, relative to the others."))
    .optional()
    .describe("Part of the requests by priority: high, normal, low, batch. Unset: all are normal."),
  max_wait: optional(duration(0, DAY_MS), "Longest wait of a request. Unset: as the config says."),
  latency: z
    .strictObject({
      first_token: defaulted(duration(0, DAY_MS), "500ms", "Time until the first token."),
      tokens_per_second: defaulted(decimal(0.1, 1_000_000), 80, "Output tokens a second after that."),
    })
    .prefault({})
    .describe("How long calls take."),
  from: defaulted(duration(0, 31 * DAY_MS), "0s", "When the first requests may arrive."),
  until: optional(duration(1, 31 * DAY_MS), "When no more arrive. Unset: at the end."),
});

/** A workload file. */
export const workloadSchema = z.strictObject({
  duration: defaulted(duration(1_000, 31 * DAY_MS), "1h", "How long requests arrive."),
  seed: defaulted(integer(0, 2 ** 32 - 1), 1, "The same seed gives the same requests at the same moments."),
  tenants: z
    .record(
      plainName,
      z.strictObject({
        weight: optional(integer(1, 1_000_000), "Part of a busy pool. Unset: as the config says, or 1."),
        share: defaulted(share, 1, "Part of the requests, relative to the others."),
      }),
    )
    .prefault({})
    .describe("Who sends requests. Unset: one tenant, default."),
  streams: z.record(plainName, stream).prefault({}).describe("Requests of one kind each, by name."),
});

/** A workload as the schema understands it: names of the file, values already read. */
export type ParsedWorkload = z.output<typeof workloadSchema>;
