import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { withTables } from "../../scripts/config-tables.ts";
import { environmentSettings } from "../../src/config/environment.ts";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { configSchema } from "../../src/config/schema/config-schema.ts";
import { schemaPaths } from "../../src/config/schema/schema-node.ts";

const root = new URL("../../", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), "utf8");
const document = read("docs/configuration.md");

test("headway.schema.json is what the schema generates; if not: npm run generate", () => {
  expect(JSON.parse(read("headway.schema.json"))).toEqual(configJsonSchema());
});

test("the document's tables are what the schema generates; if not: npm run generate", () => {
  expect(document).toBe(withTables(document));
});

test("the document has every key", () => {
  expect(schemaPaths(configSchema).filter((path) => !document.includes(`| \`${path}\` |`))).toEqual([]);
});

test("the document has every variable", () => {
  const variables = environmentSettings(["x"]).flatMap((setting) => setting.variables);
  const missing = [...variables, "GOOGLE_API_KEY"].filter((name) => !document.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});

test("every key of the JSON Schema has a description", () => {
  const bare: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    const properties = (node as { properties?: Record<string, { description?: string }> }).properties ?? {};
    for (const [key, value] of Object.entries(properties)) {
      if (value.description === undefined) bare.push(`${path}.${key}`);
    }
    for (const [key, value] of Object.entries(node)) walk(value, `${path}.${key}`);
  };
  walk(configJsonSchema(), "");
  expect(bare).toEqual([]);
});

test("the JSON Schema takes the example and refuses what the check refuses", () => {
  const schema = z.fromJSONSchema(configJsonSchema());
  const example = parse(read("examples/headway.yaml"));
  expect(schema.safeParse(example).error?.issues).toBeUndefined();
  for (const wrong of [
    { tier: "best" },
    { bogus: 1 },
    { providers: { openai: { timout: "3s" } } },
    { scheduler: { guard: 1 } },
    { tenants: { a: {} } },
  ]) {
    expect(schema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  }
});
