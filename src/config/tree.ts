/** A configuration before it is understood: what YAML and environment say, as plain values. */
export type Tree = { [key: string]: unknown };

/** An empty tree; without prototype, so that a key such as `constructor` is a key like any other. */
export function emptyTree(): Tree {
  return Object.create(null) as Tree;
}

/** True for a mapping, false for a list, a scalar and null. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `primary` with what it leaves out taken from `secondary`, in this order. Lists and scalars are taken whole. */
export function mergeTrees(primary: Tree, secondary: Tree): Tree {
  const merged = emptyTree();
  for (const [key, value] of Object.entries(primary)) {
    const other = secondary[key];
    if (isTree(value) && isTree(other)) merged[key] = mergeTrees(value, other);
    else merged[key] = value === null && other !== undefined ? other : value;
  }
  for (const [key, value] of Object.entries(secondary)) {
    if (!(key in merged)) merged[key] = value;
  }
  return merged;
}

/** Sets the value at a path, making the mappings on the way. */
export function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  let place = tree;
  for (const key of path.slice(0, -1)) {
    const existing = place[key];
    const next = isTree(existing) ? existing : emptyTree();
    place[key] = next;
    place = next;
  }
  place[path.at(-1)!] = value;
}
