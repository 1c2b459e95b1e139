import { z } from "zod";
import { configSchema } from "./schema/config-schema.ts";

/** The JSON Schema of the configuration file, for completion and checks in editors. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: "input", reused: "inline", override: tidy });
  return { ...schema, title: "Headway configuration" };
}

type JsonSchema = Record<string, unknown>;

/** Turns our own notes on a key into JSON Schema: see `schema/kind.ts`. */
function tidy({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: object }): void {
  const json = jsonSchema as JsonSchema;
  if ("defaultText" in json) json.default = json.defaultText;
  delete json.defaultText;
  delete json.requiredKey;
  // The default of a section is that every key has its own default, which editors know already.
  if (typeof json.default === "object") delete json.default;
  const definition = zodSchema._zod.def;
  if (definition.type !== "object") return;
  // Our scalars tell a missing key themselves, so that zod takes every one of them for optional.
  const required = Object.entries(definition.shape)
    .filter(([, child]) => z.globalRegistry.get(child)?.requiredKey === true)
    .map(([key]) => key);
  delete json.required;
  if (required.length > 0) json.required = required;
}
