import type { z } from "zod";
import { nearestNames } from "./nearest-names.ts";
import { type Path, valueAt } from "./path.ts";
import { configSchema } from "./schema/config-schema.ts";
import { keysAt } from "./schema/schema-node.ts";

/** What the schema found at one place. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/**
 * The schema's issues in our words. `hidden` tells for which values only the place may be named, since they come from
 * a variable that may hold a secret.
 */
export function explainIssues(
  issues: readonly Issue[],
  tree: unknown,
  hidden: (path: Path) => string | undefined,
): Finding[] {
  const explain = (issue: Issue, above: Path): Finding[] => {
    const path = [...above, ...(issue.path as (string | number)[])];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => ({
          path: [...path, key],
          message: unknownKey(key, keysAt(configSchema, path)),
        }));
      case "invalid_union":
        return bestForm(issue.errors).flatMap((inner) => explain(inner, path));
      case "invalid_key":
        return [{ path, message: `the name ${issue.issues[0]?.message ?? "is not allowed"}` }];
      case "invalid_type":
        return [{ path, message: wrongShape(issue.expected) }];
      case "custom":
        return [{ path, message: aboutValue(issue, valueAt(tree, path), hidden(path)) }];
      default:
        return [{ path, message: issue.message }];
    }
  };
  return issues.flatMap((issue) => explain(issue, []));
}

function unknownKey(key: string, keys: readonly string[]): string {
  const near = nearestNames(key, keys, 1)[0];
  if (near !== undefined) return `unknown key; did you mean ${near}?`;
  return keys.length > 0 ? `unknown key; known here: ${keys.join(", ")}` : "unknown key";
}

function wrongShape(expected: string): string {
  if (expected === "array") return "must be a list, as [first, second]";
  return "must hold keys and values below it, as {key: value}";
}

/** Of the forms that a key can have, the one that the user most likely meant: the one understood furthest. */
function bestForm(forms: readonly (readonly Issue[])[]): readonly Issue[] {
  const atRoot = (issues: readonly Issue[]) =>
    issues.some((issue) => issue.path.length === 0 && issue.code !== "unrecognized_keys");
  const shaped = forms.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_type"),
  );
  return shaped.find((issues) => !atRoot(issues)) ?? shaped[0] ?? forms[0] ?? [];
}

function aboutValue(issue: z.core.$ZodIssueCustom, value: unknown, variables: string | undefined): string {
  if (issue.params?.hidden === undefined) return issue.message;
  if (variables !== undefined) return `the value of ${variables} ${issue.message}`;
  if (issue.params.hidden === true) return `the value ${issue.message}`;
  const shown = JSON.stringify(value) ?? String(value);
  return `${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown} ${issue.message}`;
}
