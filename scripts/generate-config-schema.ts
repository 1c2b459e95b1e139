/** Writes what follows from the schema of the configuration: headway.schema.json and the tables of its document. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { configJsonSchema } from "../src/config/json-schema.ts";
import { withTables } from "./config-tables.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
writeFileSync(`${root}headway.schema.json`, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
execFileSync(`${root}node_modules/.bin/biome`, ["format", "--write", "headway.schema.json"], { cwd: root });

const document = `${root}docs/configuration.md`;
writeFileSync(document, withTables(readFileSync(document, "utf8")));
