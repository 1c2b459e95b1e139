import type { CheckedConfig } from "../catalog/check-config.ts";
import { changedPaths } from "../config/changed-paths.ts";
import type { Config } from "../config/config.ts";
import { formatProblem } from "../config/problem.ts";
import type { Tree } from "../config/tree.ts";
import { type Refusal, refuse } from "../core/refusal.ts";

/** What a new reading of the configuration changes. */
export interface Reload {
  readonly kind: "reloaded";
  /** Paths that are in force now. */
  readonly changedPaths: readonly string[];
  /** Paths that need a restart. */
  readonly restartPaths: readonly string[];
}

/** Sections that are in force at once; the others are read only at the start. */
const LIVE_SECTIONS: ReadonlySet<string> = new Set(["tier", "providers", "routing", "defaults"]);
/** So many problems are named at most: they travel in a header. */
const MOST_PROBLEMS = 20;

/** Sorts what has changed by what it needs. `running` is what is in force. */
export function compareConfigs(running: Tree, read: Tree): Reload {
  const byNeed = Map.groupBy(changedPaths(running, read), (path) => LIVE_SECTIONS.has(sectionOf(path)));
  return {
    kind: "reloaded",
    changedPaths: byNeed.get(true) ?? [],
    restartPaths: byNeed.get(false) ?? [],
  };
}

/** What is in force after the reload, as it was written. */
export function runningTree(running: Tree, read: Tree): Tree {
  const entries = [...Object.entries(running), ...Object.entries(read)];
  const keys = new Set(entries.map(([key]) => key));
  return Object.fromEntries([...keys].map((key) => [key, LIVE_SECTIONS.has(key) ? read[key] : running[key]]));
}

/** What is in force after the reload. Providers that are as they were stay the same object, with their connections. */
export function runningConfig(running: Config, read: Config, changed: readonly string[]): Config {
  const isAsBefore = (name: string): boolean =>
    !changed.some(
      (path) => path === "tier" || path === `providers.${name}` || path.startsWith(`providers.${name}.`),
    );
  const providers = read.providers.map((provider) => {
    const before = running.providers.find(({ name }) => name === provider.name);
    return before !== undefined && isAsBefore(provider.name) ? before : provider;
  });
  return { ...running, tier: read.tier, providers, routing: read.routing, defaults: read.defaults };
}

/** The refusal of a configuration with errors. `file`: where it was read; undefined: where it is without a name. */
export function refuseConfig(
  { problems }: Extract<CheckedConfig, { kind: "invalid" }>,
  file: string | undefined,
): Refusal {
  const texts = problems.slice(0, MOST_PROBLEMS).map((problem) => formatProblem(problem, file));
  const others = problems.length === 1 ? "" : ` (and ${problems.length - 1} more)`;
  return refuse("CONFIG_INVALID", `the config stays as it was: ${texts[0]}${others}`, {
    metadata: Object.fromEntries(texts.map((text, index) => [`problem_${index + 1}`, text])),
  });
}

function sectionOf(path: string): string {
  return path.split(".", 1)[0]!;
}
