/** The tables of docs/configuration.md, made from the schema, so that they cannot differ from it. */
import { z } from "zod";
import { configSchema } from "../src/config/schema/config-schema.ts";
import { childSchema, schemaNodes, schemaPaths } from "../src/config/schema/schema-node.ts";

/** Which paths each table shows, by its marker in the document; the first that fits takes a path. */
const TABLES: readonly { readonly marker: string; readonly fits: (path: string) => boolean }[] = [
  { marker: "models", fits: (path) => path.startsWith("providers.*.models.*") },
  { marker: "deployments", fits: (path) => path.startsWith("providers.*.deployments.*") },
  ...[
    "providers",
    "routing",
    "defaults",
    "scheduler",
    "budgets",
    "prices",
    "alerts",
    "cache",
    "storage",
    "telemetry",
    "listen",
    "tenants",
  ].map((section) => ({
    marker: section,
    fits: (path: string) =>
      path === section || path.startsWith(`${section}.`) || path.startsWith(`${section}[`),
  })),
  { marker: "top", fits: () => true },
];

/** The document with all its tables written anew between `<!-- table: x -->` and `<!-- end -->`. */
export function withTables(document: string): string {
  const rows = new Map<string, string[]>(TABLES.map(({ marker }) => [marker, []]));
  for (const path of schemaPaths(configSchema)) {
    const table = TABLES.find(({ fits }) => fits(path));
    rows.get(table?.marker ?? "top")?.push(`| \`${path}\` | ${describe(path)} |`);
  }
  return document.replace(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start: string, marker: string, end: string) => {
      const lines = rows.get(marker);
      if (lines === undefined)
        throw new Error(`docs/configuration.md has a table ${marker} that nothing fills`);
      return `${start}${["| key | meaning |", "| --- | --- |", ...lines].join("\n")}\n${end}`;
    },
  );
}

function describe(path: string): string {
  let schema: z.core.$ZodType = configSchema;
  for (const key of path.replaceAll("[]", ".0").split(".")) {
    const next = childSchema(
      schema,
      schemaNodes(schema).some(({ kind }) => kind === "array") && key === "0" ? 0 : key,
    );
    if (next === undefined) throw new Error(`the schema has no ${path}`);
    schema = next;
  }
  const description = z.globalRegistry.get(schema)?.description;
  if (description === undefined) throw new Error(`${path} has no description`);
  return description.replaceAll("|", "\\|");
}
