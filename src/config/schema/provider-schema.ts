import { z } from "zod";
import { HOUR_MS, SECOND_MS } from "../../core/durations.ts";
import { defaulted, optional, required } from "./kind.ts";
import { boolean, choice, duration, headerValue, integer, secret, text } from "./kinds.ts";
import { chargeKeys, limitsSchema, priceSchema } from "./limits-schema.ts";
import { deploymentName, modelName, plainName } from "./names.ts";
import { url } from "./network-kinds.ts";

/** Account tiers that the built-in limits know. */
export const TIERS = ["free", "tier1", "tier2", "paid"] as const;

/** How a provider is spoken to. */
export const PROVIDER_TYPES = [
  "openai",
  "gemini",
  "anthropic",
  "ollama",
  "openai_compatible",
  "echo",
] as const;

/** How a provider counts: see `catalog/profile.ts`. */
export const PROFILES = ["openai", "azure", "anthropic", "gemini", "other"] as const;

const callTimeout = duration(1, HOUR_MS);

const tier = optional(choice(...TIERS), "Tier of the account; unset: as one level further up.");
const pool = optional(
  text({ pattern: /^[^\s/]+$/, meaning: "a pool's name; it must have no space and no /" }),
  "Name of a pool: everything that names the same one is counted together, by the tightest of its limits.",
);
const apiKey = optional(secret, "The key of the account. Best taken from a variable.");
const baseUrl = optional(
  url,
  "Where the provider is reached, with the version part, as https://example.com/v1.",
);
const headers = z
  .record(z.string(), optional(headerValue, "Value of the header; never logged."))
  .optional()
  .describe("HTTP headers added to every call.");

const capabilities = z
  .strictObject({
    tools: optional(boolean, "Whether the model can call tools."),
    images: optional(boolean, "Whether the model takes images."),
    json_schema: optional(boolean, "Whether the model can be held to a JSON schema."),
    streaming: optional(boolean, "Whether the model can stream its answer."),
  })
  .optional()
  .describe("What the model can do, where it differs from what is known or assumed.");

const model = z
  .strictObject({
    upstream_model: optional(text(), "The provider's own name of the model. Unset: the key."),
    context_window: optional(
      integer(1),
      "Tokens that input and output together may have. Unset: as known, or unknown.",
    ),
    max_output_tokens: optional(integer(1), "Most tokens of one answer. Unset: as known, or unknown."),
    limits: limitsSchema,
    price: priceSchema,
    quality: optional(integer(1, 10), "How good its answers are, from 1 to 10. Unset: as known, or 5."),
    use_cases: z
      .array(required(text(), "A kind of task."))
      .optional()
      .describe("What the model is good for, as task types: general, code_review, summary …"),
    capabilities,
    pool,
    tier,
  })
  .describe("A model of this provider: a new one, or changes to one that is built in.");

const deployment = z
  .strictObject({
    api_key: apiKey,
    base_url: baseUrl,
    tier,
    limits: limitsSchema,
    models: z
      .array(required(text(), "Name of a model of this provider."))
      .optional()
      .describe("The models that are reached this way. Unset: all of the provider."),
    pool,
    profile: optional(choice(...PROFILES), "How the provider counts here. Unset: as the provider's."),
    headers,
    ...chargeKeys,
  })
  .describe("The provider's models by other credentials or at another place: provider/model#name.");

/** One provider: how it is reached, how it counts, and its models. */
const providerSchema = z
  .strictObject({
    type: optional(choice(...PROVIDER_TYPES), "How it is spoken to. Unset: by its name, if that is a type."),
    enabled: defaulted(boolean, true, "False switches the provider off."),
    api_key: apiKey,
    base_url: baseUrl,
    headers,
    model: optional(text(), "Model used when only the provider is known. Unset: its cheapest good one."),
    tier,
    priority: optional(
      integer(1, 1_000),
      "Rank among providers in fallback; 1 is tried first. Unset: 10; echo 1000, so that it comes last.",
    ),
    timeout: defaulted(callTimeout, "2m", "Longest time of one call."),
    first_token_timeout: defaulted(
      callTimeout,
      "60s",
      "Longest time until the first piece of a streamed answer.",
    ),
    idle_timeout: defaulted(callTimeout, "30s", "Longest silence between two pieces of a streamed answer."),
    max_retries: defaulted(
      integer(0, 20),
      3,
      "Further attempts on the same model after an error that may pass.",
    ),
    retry_delay: defaulted(
      duration(0, 300 * SECOND_MS),
      "1s",
      "Pause before the first retry; it doubles each time.",
    ),
    limits: limitsSchema,
    price: priceSchema,
    pool,
    profile: optional(choice(...PROFILES), "How the provider counts. Unset: by its type and address."),
    ...chargeKeys,
    models: z
      .record(modelName, model)
      .optional()
      .describe("Models by name: new ones, or changes to built-in ones."),
    deployments: z
      .record(deploymentName, deployment)
      .optional()
      .describe("Further credentials or places of the same models, by name."),
  })
  .describe("A provider; its name is the first part of its models' ids.");

/** All providers by name. */
export const providersSchema = z
  .record(plainName, providerSchema)
  .prefault({})
  .describe("Providers by name. openai, gemini, anthropic, ollama and echo are there without being listed.");
