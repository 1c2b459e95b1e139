import { z } from "zod";
import { defaulted, optional, required } from "./kind.ts";
import { boolean, choice, decimal, integer, secret, text } from "./kinds.ts";
import { budgetKeys, limitsSchema, priceSchema } from "./limits-schema.ts";
import { modelPattern, plainName } from "./names.ts";
import { timeZone } from "./network-kinds.ts";

const threshold = decimal(0, 1);

const scope = z
  .strictObject({
    provider: optional(text(), "Only spending at this provider."),
    model: optional(text(), "Only spending on this model."),
    tenant: optional(text(), "Only spending of this tenant."),
    tag: optional(
      text({
        pattern: /^[^=\s]+(=.+)?$/,
        meaning: "a tag; write name=value, or name for a budget per value",
      }),
      "Only spending of requests with this tag: name=value, or name for each value on its own.",
    ),
    ...budgetKeys,
  })
  .describe("A budget of a part of the traffic; the keys that are set must all fit.");

/** How much may be spent. */
export const budgetsSchema = z
  .strictObject({
    ...budgetKeys,
    scopes: z.array(scope).prefault([]).describe("Budgets of parts of the traffic."),
    alert_threshold: z
      .union([
        defaulted(threshold, 0.8, "Part of a budget, from 0 to 1."),
        z.array(required(threshold, "A part.")),
      ])
      .describe(
        "Part of a budget at which an alert is raised, from 0 to 1; several as a list. Default: 0.8.",
      ),
    on_exceed: defaulted(
      choice("refuse", "downgrade"),
      "refuse",
      "What becomes of a request, or of a slot, whose first model is over budget: refuse takes the next one of its models that fits, downgrade the cheapest that fits. Where none does it is refused.",
    ),
    time_zone: defaulted(timeZone, "UTC", "Time zone of the calendar periods."),
    assume_price: priceSchema.describe(
      "Price of models without a known one. Unset: such a model is refused where a budget applies.",
    ),
    track_costs: defaulted(
      boolean,
      true,
      "Whether costs are computed and kept. false: no price is known, and no budget holds.",
    ),
  })
  .prefault({})
  .describe("How much may be spent. Without any amount nothing is refused for its cost.");

const tenant = z
  .strictObject({
    token: required(secret, "The bearer token by which the tenant is known. Best taken from a variable."),
    weight: defaulted(integer(1, 1_000_000), 1, "Share of a busy pool, relative to the other tenants."),
    models: z
      .array(required(modelPattern, "A model's id in which * stands for anything."))
      .optional()
      .describe("Models that the tenant may use. Unset: all."),
    limits: limitsSchema,
    budgets: z.strictObject(budgetKeys).prefault({}).describe("How much the tenant may spend."),
  })
  .describe("A caller with its own token.");

/** Who may call. */
export const tenantsSchema = z
  .record(plainName, tenant)
  .prefault({})
  .describe("Tenants by name. None: no token is asked for, and everyone is the tenant default.");
