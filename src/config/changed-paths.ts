import { isTree, type Tree } from "./tree.ts";

/** Paths at which two configurations say different things, as `providers.openai.tier`; lists are compared whole. */
export function changedPaths(before: Tree, after: Tree): string[] {
  const paths: string[] = [];
  collect(before, after, "", paths);
  return paths.sort();
}

function collect(before: Tree, after: Tree, prefix: string, paths: string[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const [old, now] = [before[key], after[key]];
    if (isTree(old) && isTree(now)) collect(old, now, path, paths);
    else if (JSON.stringify(old) !== JSON.stringify(now)) paths.push(path);
  }
}
