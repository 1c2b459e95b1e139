import { formatPath, type Path } from "./path.ts";

/** Where a configured value comes from. */
export type Origin =
  | { readonly kind: "file"; readonly line: number }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "default" };

/** Something wrong in the configuration: where, what, and the way out. Holds no secret. */
export interface Problem {
  /** Empty when the file as a whole is meant. */
  readonly path: Path;
  readonly origin: Origin;
  /** As `unknown key; did you mean timeout?` or `"soon" is not a duration; write for instance 30s`. */
  readonly message: string;
}

/** One line for a terminal: `headway.yaml:12: providers.openai.timout: unknown key; did you mean timeout?`. */
export function formatProblem(problem: Problem, fileName = "headway.yaml"): string {
  const { origin, path, message } = problem;
  const place = origin.kind === "file" ? `${fileName}:${origin.line}` : undefined;
  const subject = origin.kind === "environment" ? origin.variable : formatPath(path);
  return [place, subject, message].filter((part) => part !== undefined && part !== "").join(": ");
}

/** All problems, one a line, in the order of the file; those from the environment come last. */
export function formatProblems(problems: readonly Problem[], fileName = "headway.yaml"): string {
  const line = (problem: Problem) => (problem.origin.kind === "file" ? problem.origin.line : Infinity);
  const sorted = problems.toSorted((left, right) =>
    line(left) === line(right) ? 0 : line(left) - line(right),
  );
  return sorted.map((problem) => formatProblem(problem, fileName)).join("\n");
}
