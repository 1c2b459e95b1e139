import { checkTree } from "./check-tree.ts";
import type { Config } from "./config.ts";
import { BUILT_IN_PROVIDERS, readEnvironment } from "./environment.ts";
import { explainIssues, type Finding } from "./explain-issues.ts";
import { type Path, pathKey } from "./path.ts";
import type { Origin, Problem } from "./problem.ts";
import { readYaml, type YamlFile } from "./read-yaml.ts";
import { resolveConfig } from "./resolve/config.ts";
import { configSchema } from "./schema/config-schema.ts";
import type { Environment } from "./substitute.ts";
import { emptyTree, isTree, mergeTrees, type Tree } from "./tree.ts";
import { withoutNulls } from "./without-nulls.ts";

/** What file and environment say together. */
export interface ConfigReading {
  /** Everything that is wrong; empty: the configuration may be used. */
  readonly problems: readonly Problem[];
  /**
   * With problems: the rest of it, without the places that are wrong, only fit for further checks. Undefined: too much
   * is wrong even for that.
   */
  readonly config: Config | undefined;
  /** Everything as it was written, by the names of the file. Holds secrets: only for comparing. */
  readonly tree: Tree;
  /** Where the value at a path, or what is nearest above it, comes from. */
  readonly locate: (path: Path) => Origin;
}

/**
 * Reads the text of a configuration file and the environment. What the file sets counts; the environment fills in what
 * it leaves out. Without a file (undefined) everything comes from the environment. Reads nothing else and never throws.
 */
export function parseConfig(text: string | undefined, environment: Environment): ConfigReading {
  const file = readYaml(text ?? "", environment);
  const names = isTree(file.tree.providers) ? Object.keys(file.tree.providers) : [];
  const variables = readEnvironment(environment, new Set([...names, ...BUILT_IN_PROVIDERS]));
  const spoken = mergeTrees(file.tree, variables.tree);
  const tree = withoutNulls(mergeTrees(spoken, builtInProviders()), configSchema);
  const locate = (path: Path) => locateIn(file, variables.variables, path);

  const parsed = configSchema.safeParse(tree);
  const findings = checkTree(tree);
  if (!parsed.success) {
    const hidden = (path: Path) =>
      file.substituted
        .get(pathKey(path))
        ?.map((name) => `\${${name}}`)
        .join(" and ");
    findings.push(...explainIssues(parsed.error.issues, tree, hidden));
  }
  const problems = [...file.problems, ...tell(findings, file.problems, locate)];
  const listed = new Set(isTree(spoken.providers) ? Object.keys(spoken.providers) : []);
  const usable = parsed.success ? parsed : configSchema.safeParse(prune(tree, findings));
  return { problems, config: usable.success ? resolveConfig(usable.data, listed) : undefined, tree, locate };
}

function builtInProviders(): Tree {
  const providers = emptyTree();
  for (const name of BUILT_IN_PROVIDERS) providers[name] = emptyTree();
  return { providers };
}

/**
 * Findings as problems; one for each place, and none where the file's own reading has already complained: what follows
 * from a line that is not YAML would only distract.
 */
function tell(
  findings: readonly Finding[],
  told: readonly Problem[],
  locate: (path: Path) => Origin,
): Problem[] {
  const seen = new Set(told.filter(({ path }) => path.length > 0).map(({ path }) => pathKey(path)));
  const broken = new Set(told.filter(({ path }) => path.length === 0).map(({ origin }) => lineOf(origin)));
  return findings.flatMap(({ path, message }) => {
    const origin = locate(path);
    if (origin.kind === "file" && broken.has(origin.line)) return [];
    const key = origin.kind === "environment" ? origin.variable : pathKey(path);
    if (seen.has(key) || seen.has(pathKey(path))) return [];
    seen.add(key);
    return [{ path, origin, message }];
  });
}

function lineOf(origin: Origin): number | undefined {
  return origin.kind === "file" ? origin.line : undefined;
}

function locateIn(file: YamlFile, variables: ReadonlyMap<string, string>, path: Path): Origin {
  for (let length = path.length; length > 0; length--) {
    const key = pathKey(path.slice(0, length));
    const line = file.lines.get(key);
    if (line !== undefined) return { kind: "file", line };
    const variable = variables.get(key);
    if (variable !== undefined) return { kind: "environment", variable };
  }
  return { kind: "default" };
}

/** The tree without the places that are wrong. */
function prune(tree: Tree, findings: readonly Finding[]): Tree {
  const copy = structuredClone(tree);
  for (const { path } of findings) {
    let place: unknown = copy;
    for (const part of path.slice(0, -1))
      place = (place as Record<string | number, unknown> | undefined)?.[part];
    const last = path.at(-1);
    if (Array.isArray(place)) place.length = 0;
    else if (isTree(place) && last !== undefined) delete place[last];
  }
  return copy;
}
