import type { z } from "zod";
import { childSchema, schemaNodes } from "./schema/schema-node.ts";
import { emptyTree, isTree, type Tree } from "./tree.ts";

/**
 * A key without a value counts as not written: `tenants:` with nothing below it is the same as no `tenants`. A name of
 * the user's own without a value, as a model that needs no settings, is an entry with nothing set.
 */
export function withoutNulls(tree: Tree, schema: z.core.$ZodType | undefined): Tree {
  const cleaned = emptyTree();
  for (const [key, value] of Object.entries(tree)) {
    const child = schema === undefined ? undefined : childSchema(schema, key);
    if (value === null && schema !== undefined && isNamedObject(schema)) cleaned[key] = emptyTree();
    else if (isTree(value)) cleaned[key] = withoutNulls(value, child);
    else if (value !== null) cleaned[key] = value;
    else if (child === undefined) cleaned[key] = value;
  }
  return cleaned;
}

function isNamedObject(schema: z.core.$ZodType): boolean {
  return schemaNodes(schema).some(
    (node) => node.kind === "record" && schemaNodes(node.value).some((inner) => inner.kind === "object"),
  );
}
