import { z } from "zod";
import { defaulted, optional, required } from "./kind.ts";
import { boolean, choice, decimal, integer, text } from "./kinds.ts";
import { freeName, modelId } from "./names.ts";

/** In which order candidates are tried. */
export const STRATEGIES = [
  "smart_fallback",
  "cost_optimized",
  "quality_optimized",
  "round_robin",
  "fail_fast",
  "latency_optimized",
  "earliest_start",
  "weighted",
  "balanced",
] as const;

/** What becomes of a request that does not fit a model's context. */
export const CONTEXT_STRATEGIES = ["error", "fallback", "truncate", "chunk", "auto"] as const;

const arm = z
  .strictObject({
    model: required(modelId, "The model that this arm uses."),
    weight: defaulted(integer(1, 1_000_000), 1, "Share of the traffic, relative to the other arms."),
  })
  .describe("One arm of the experiment.");

const experiment = z
  .strictObject({
    task_type: optional(text(), "Only requests of this task type take part. Unset: all that name no model."),
    split_by: defaulted(
      text({ pattern: /^(request_id|tag:\S+)$/, meaning: "request_id or tag:NAME" }),
      "request_id",
      "What decides the arm: the same value always meets the same arm. request_id, or tag:NAME.",
    ),
    arms: z.record(freeName, arm).prefault({}).describe("At least two arms by name."),
  })
  .describe("Splits traffic between models; usage and spans carry the arm's name.");

/** Which model answers, and what happens when it cannot. */
export const routingSchema = z
  .strictObject({
    default_model: optional(
      modelId,
      "Model of requests that name none. Unset: that of the first enabled provider.",
    ),
    fallback_models: z
      .array(required(modelId, "A model."))
      .prefault([])
      .describe("Models tried after the first, in this order, when the request names none."),
    strategy: defaulted(choice(...STRATEGIES), "smart_fallback", "In which order candidates are tried."),
    max_attempts: defaulted(integer(1, 100), 3, "Most attempts of one request, over all models."),
    context_strategy: defaulted(
      choice(...CONTEXT_STRATEGIES),
      "fallback",
      "What becomes of a request that is larger than the model's context.",
    ),
    task_models: z
      .record(freeName, required(modelId, "The model for this task type."))
      .prefault({})
      .describe("Model by task type, for requests that name none."),
    weights: z
      .record(z.string(), required(decimal(0, 1_000_000), "Relative share."))
      .prefault({})
      .describe("Relative share by model, for the strategy weighted. A model without one has 1."),
    hedge: z
      .strictObject({
        enabled: defaulted(boolean, false, "Whether requests that do not say are hedged."),
        quantile: defaulted(
          decimal(0.5, 0.999),
          0.95,
          "Part of a deployment's recent calls that were faster than the time after which another is called.",
        ),
      })
      .prefault({})
      .describe("A second candidate is called when the first is slower than usual; the first answer wins."),
    experiments: z.record(freeName, experiment).prefault({}).describe("A/B experiments by name."),
  })
  .prefault({})
  .describe("Which model answers, and what happens when it cannot.");
