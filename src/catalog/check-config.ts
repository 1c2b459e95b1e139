import type { Config } from "../config/config.ts";
import { type ConfigReading, parseConfig } from "../config/parse-config.ts";
import type { Problem } from "../config/problem.ts";
import type { Environment } from "../config/substitute.ts";
import type { Tree } from "../config/tree.ts";
import { warningsOf } from "../config/warnings.ts";
import { buildCatalog } from "./build-catalog.ts";
import type { Catalog } from "./catalog.ts";
import { checkReferences } from "./check-references.ts";
import { catalogWarnings } from "./warnings.ts";

/** What came of reading a configuration. */
export type CheckedConfig =
  | {
      readonly kind: "valid";
      readonly config: Config;
      readonly catalog: Catalog;
      /** Everything as it was written, by the names of the file. Holds secrets: only for comparing. */
      readonly tree: Tree;
      /** What is allowed and yet probably not meant, one sentence each. */
      readonly warnings: readonly string[];
    }
  /** At least one; every problem that can be found is in it. */
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/**
 * Reads and checks a configuration whole: the text of the file (undefined: there is none) and the environment, and
 * whether the models that it names exist. Pure: reads no file, and never throws for anything that a user can write.
 */
export function checkConfig(text: string | undefined, environment: Environment): CheckedConfig {
  const reading = parseConfig(text, environment);
  const { config, problems } = reading;
  if (config === undefined) return { kind: "invalid", problems };
  const catalog = buildCatalog(config);
  const all = [...problems, ...referenceProblems(config, catalog, reading)];
  if (all.length > 0) return { kind: "invalid", problems: all };
  return {
    kind: "valid",
    config,
    catalog,
    tree: reading.tree,
    warnings: [...warningsOf(config), ...catalogWarnings(config, catalog)],
  };
}

/** A provider that is itself wrong may lack models for that reason alone: what names them is not blamed. */
function referenceProblems(config: Config, catalog: Catalog, { problems, locate }: ConfigReading): Problem[] {
  const ofProviders = problems.filter(({ path }) => path.length === 0 || path[0] === "providers");
  if (ofProviders.some(({ path }) => path.length < 2)) return [];
  const doubtful = new Set(ofProviders.map(({ path }) => path[1]));
  return checkReferences(config, catalog)
    .filter(({ provider }) => provider === undefined || !doubtful.has(provider))
    .map(({ path, message }) => ({ path, origin: locate(path), message }));
}
