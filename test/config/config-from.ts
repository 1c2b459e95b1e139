import type { Catalog } from "../../src/catalog/catalog.ts";
import { checkConfig } from "../../src/catalog/check-config.ts";
import type { Config } from "../../src/config/config.ts";
import { formatProblems } from "../../src/config/problem.ts";
import type { Environment } from "../../src/config/substitute.ts";

/** The configuration of a YAML text (empty: none) and an environment; throws with all problems when it is wrong. */
export function configFrom(yaml = "", environment: Environment = {}): Config {
  return setupFrom(yaml, environment).config;
}

/** The same with its catalog and warnings. */
export function setupFrom(
  yaml = "",
  environment: Environment = {},
): { readonly config: Config; readonly catalog: Catalog; readonly warnings: readonly string[] } {
  const checked = checkConfig(yaml, environment);
  if (checked.kind === "invalid") throw new Error(formatProblems(checked.problems));
  return checked;
}

/** The lines that `check-config` prints for a wrong configuration; empty when it is right. */
export function problemLines(yaml: string, environment: Environment = {}): string[] {
  const checked = checkConfig(yaml, environment);
  return checked.kind === "valid" ? [] : formatProblems(checked.problems).split("\n");
}
