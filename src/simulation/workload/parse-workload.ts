import type { Finding } from "../../config/explain-issues.ts";
import { type Path, pathKey } from "../../config/path.ts";
import type { Problem } from "../../config/problem.ts";
import { readYaml } from "../../config/read-yaml.ts";
import type { Environment } from "../../config/substitute.ts";
import type { Tree } from "../../config/tree.ts";

/** The text of a workload file as plain values. */
export interface WorkloadFile {
  readonly tree: Tree;
  /** What is wrong with the text itself; empty: the values may be read. */
  readonly problems: readonly Problem[];
  /** Says where in the file a finding belongs. */
  readonly locate: (finding: Finding) => Problem;
}

/** Reads the YAML of a workload file, with `${VARIABLE}`s filled in. Never throws for what a user can write. */
export function parseWorkload(text: string, environment: Environment): WorkloadFile {
  const { tree, lines, problems } = readYaml(text, environment);
  const lineOf = (path: Path): number => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(pathKey(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  };
  return {
    tree,
    problems,
    locate: ({ path, message }) => ({ path, origin: { kind: "file", line: lineOf(path) }, message }),
  };
}
