import type { z } from "zod";

/** A schema seen as what may stand in a file at that place. */
export type SchemaNode =
  | { readonly kind: "object"; readonly keys: Readonly<Record<string, z.core.$ZodType>> }
  | { readonly kind: "record"; readonly value: z.core.$ZodType }
  | { readonly kind: "array"; readonly element: z.core.$ZodType }
  | { readonly kind: "scalar" };

/**
 * What may stand at this place, all forms of it: a key that takes an object or a list has two. Wrappers such as
 * optional and default are looked through.
 */
export function schemaNodes(schema: z.core.$ZodType): SchemaNode[] {
  const definition = (schema as z.core.$ZodTypes)._zod.def;
  switch (definition.type) {
    case "optional":
    case "prefault":
      return schemaNodes(definition.innerType);
    case "union":
      return definition.options.flatMap(schemaNodes);
    case "object":
      return [{ kind: "object", keys: definition.shape }];
    case "record":
      return [{ kind: "record", value: definition.valueType }];
    case "array":
      return [{ kind: "array", element: definition.element }];
    default:
      return [{ kind: "scalar" }];
  }
}

/** The schema of one key or element, when the parent has it. */
export function childSchema(schema: z.core.$ZodType, key: string | number): z.core.$ZodType | undefined {
  for (const node of schemaNodes(schema)) {
    if (node.kind === "object" && Object.hasOwn(node.keys, key)) return node.keys[key];
    if (node.kind === "record") return node.value;
    if (node.kind === "array" && typeof key === "number") return node.element;
  }
  return undefined;
}

/** The keys that may stand at a path; empty for lists, scalars and maps with names of the user's own. */
export function keysAt(schema: z.core.$ZodType, path: readonly (string | number)[]): string[] {
  let place: z.core.$ZodType | undefined = schema;
  for (const part of path) {
    place = place === undefined ? undefined : childSchema(place, part);
  }
  const nodes = place === undefined ? [] : schemaNodes(place);
  return nodes.flatMap((node) => (node.kind === "object" ? Object.keys(node.keys) : []));
}

/** Every key path of a schema; names of the user's own are `*`, list elements `[]`. */
export function schemaPaths(schema: z.core.$ZodType, prefix = ""): string[] {
  const below = (child: z.core.$ZodType, path: string) => [path, ...schemaPaths(child, path)];
  const paths = schemaNodes(schema).flatMap((node) => {
    const join = (key: string) => (prefix === "" ? key : `${prefix}.${key}`);
    if (node.kind === "object")
      return Object.entries(node.keys).flatMap(([key, child]) => below(child, join(key)));
    if (node.kind === "record") return below(node.value, join("*"));
    if (node.kind === "array") return schemaPaths(node.element, `${prefix}[]`);
    return [];
  });
  return [...new Set(paths)];
}
