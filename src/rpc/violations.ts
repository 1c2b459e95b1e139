import { type FieldViolation, type Refusal, refuse } from "../core/refusal.ts";

/** So many are named at most: they travel in a header, which clients bound to a few KB. */
const MAX_NAMED = 20;
const MAX_FIELD_LENGTH = 120;

/** Collects what is wrong with a request, so that its sender learns all of it at once. */
export class Violations {
  #named: FieldViolation[] | undefined;
  #count = 0;

  /** `description` says what the field must be, as `must be 0 or more`; it never repeats the value. */
  add(field: string, description: string): void {
    this.#count++;
    this.#named ??= [];
    if (this.#named.length < MAX_NAMED) this.#named.push({ field: shortened(field), description });
  }

  /** Undefined: nothing is wrong. */
  toRefusal(): Refusal | undefined {
    if (this.#named === undefined) return undefined;
    const [first] = this.#named;
    const others = this.#count === 1 ? "" : ` (and ${this.#count - 1} more)`;
    return refuse("INVALID_REQUEST", `${first!.field} ${first!.description}${others}`, {
      fieldViolations: this.#named,
    });
  }
}

/** The value that was read, or why it cannot be used. */
export type Reading<T> = { readonly kind: "valid"; readonly value: T } | Refusal;

/** Ends a reading: `value` when nothing is wrong. */
export function reading<T>(violations: Violations, value: T): Reading<T> {
  return violations.toRefusal() ?? { kind: "valid", value };
}

function shortened(field: string): string {
  return field.length <= MAX_FIELD_LENGTH ? field : `${field.slice(0, MAX_FIELD_LENGTH - 1)}…`;
}
