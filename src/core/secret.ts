const PLACEHOLDER = "[secret]";

/**
 * A token or key that cannot be written out by accident: printed, logged, spread or put into JSON it is `[secret]`.
 * Only {@link Secret.reveal} gives the value, so that every place which uses one can be found by that name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    Object.freeze(this);
  }

  /** The value itself. Hand it to the place that sends or compares it, and to nothing else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return PLACEHOLDER;
  }

  toJSON(): string {
    return PLACEHOLDER;
  }

  /** What `console.log` and `util.inspect` show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return PLACEHOLDER;
  }
}
