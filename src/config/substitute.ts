/** Variables by name, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The text with its variables filled in, or those that are missing or written wrong. */
export interface Substitution {
  readonly text: string;
  /** Variables that the text names, whether set or not. */
  readonly variables: readonly string[];
  /** One message for each thing that is wrong. */
  readonly problems: readonly string[];
}

/**
 * Fills in `${NAME}` and `${NAME:-default}`; the default also stands for an empty variable, as in a shell. `$${`
 * writes `${` itself. A missing variable without default is a problem.
 */
export function substitute(text: string, environment: Environment): Substitution {
  const variables: string[] = [];
  const problems: string[] = [];
  const filled = text.replace(/\$\$\{|\$\{([^}]*)\}?/g, (whole: string, inside: string | undefined) => {
    if (whole === "$${") return "${";
    const match = /^([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inside ?? "");
    if (match === null || !whole.endsWith("}")) {
      problems.push(
        `${whole} is no substitution; write \${NAME} or \${NAME:-default}, or $\${ for the characters`,
      );
      return whole;
    }
    const name = match[1] ?? "";
    const value = environment[name];
    variables.push(name);
    if (match[2] !== undefined) return value === undefined || value === "" ? match[2] : value;
    if (value !== undefined) return value;
    problems.push(`the variable ${name} is not set; set it, or write \${${name}:-} to go without`);
    return "";
  });
  return { text: filled, variables, problems };
}
