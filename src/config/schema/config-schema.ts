import { z } from "zod";
import { alertsSchema } from "./alerts-schema.ts";
import { defaulted, optional } from "./kind.ts";
import { choice, secret } from "./kinds.ts";
import { budgetsSchema, tenantsSchema } from "./money-schema.ts";
import { pricesSchema } from "./prices-schema.ts";
import { providersSchema, TIERS } from "./provider-schema.ts";
import { routingSchema } from "./routing-schema.ts";
import {
  cacheSchema,
  defaultsSchema,
  listenSchema,
  schedulerSchema,
  storageSchema,
  telemetrySchema,
} from "./server-schema.ts";

/** The whole configuration file. */
export const configSchema = z
  .strictObject({
    tier: defaulted(choice(...TIERS), "tier1", "Tier of the accounts of every provider without its own."),
    providers: providersSchema,
    routing: routingSchema,
    defaults: defaultsSchema,
    scheduler: schedulerSchema,
    budgets: budgetsSchema,
    prices: pricesSchema,
    alerts: alertsSchema,
    cache: cacheSchema,
    storage: storageSchema,
    telemetry: telemetrySchema,
    listen: listenSchema,
    admin_token: optional(secret, "Token of the AdminService. Unset: AdminService refuses every call."),
    tenants: tenantsSchema,
  })
  .describe("Configuration of Headway.");

/** The configuration as the schema understands it: names of the file, values already read. */
export type ParsedConfig = z.output<typeof configSchema>;
