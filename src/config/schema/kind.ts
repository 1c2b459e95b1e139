import { z } from "zod";

/** What a reader answers: the value understood, or what is wrong with the one given, with the way out. */
export type Reading<T> =
  | { readonly value: T }
  /** The text follows the value: `is not a duration; write …`. `hidden`: the value must not be shown. */
  | { readonly problem: string; readonly hidden?: boolean };

/** A kind of scalar: how it is read from YAML or environment, and how editors check it. */
export interface Kind<T> {
  /** Gets text, a number or a truth value; never undefined, null, a list or a map. */
  read(value: unknown): Reading<T>;
  /** The JSON Schema of what may be written. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Any string that holds `${…}` may stand where a scalar is wanted: its value is known only at start. */
export const SUBSTITUTION_JSON = { type: "string", pattern: "\\$\\{" } as const;

/** Lets the written form be a substitution as well. */
export function orSubstitution(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { anyOf: [json, SUBSTITUTION_JSON] };
}

/** A key that may be left out: its value is then undefined. */
export function optional<T>(kind: Kind<T>, description: string) {
  return z
    .any()
    .optional()
    .transform((value: unknown, context): T | undefined =>
      isAbsent(value) ? undefined : understand(kind, value, context),
    )
    .meta({ ...kind.json, description });
}

/** A key that may be left out: `fallback`, as one would write it in the file, then holds. */
export function defaulted<T>(kind: Kind<T>, fallback: string | number | boolean, description: string) {
  return z
    .any()
    .optional()
    .transform((value: unknown, context): T => understand(kind, isAbsent(value) ? fallback : value, context))
    .meta({ ...kind.json, description: `${description} Default: ${fallback}.`, defaultText: fallback });
}

/** A key that must be there. */
export function required<T>(kind: Kind<T>, description: string) {
  return z
    .any()
    .optional()
    .transform((value: unknown, context): T => {
      if (!isAbsent(value)) return understand(kind, value, context);
      context.addIssue({ code: "custom", message: "missing; this key must be set" });
      return z.NEVER;
    })
    .meta({ ...kind.json, description, requiredKey: true });
}

/** A key whose value is empty counts as not written, in entries of lists too. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function understand<T>(kind: Kind<T>, value: unknown, context: z.core.$RefinementCtx): T {
  const single = typeof value !== "object";
  const reading: Reading<T> = single ? kind.read(value) : { problem: "must be a single value", hidden: true };
  if ("value" in reading) return reading.value;
  context.addIssue({ code: "custom", message: reading.problem, params: { hidden: reading.hidden ?? false } });
  return z.NEVER;
}
