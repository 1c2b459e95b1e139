import { readFileSync } from "node:fs";
import { type CheckedConfig, checkConfig } from "../catalog/check-config.ts";
import { formatProblems } from "../config/problem.ts";
import { CliError } from "./cli-error.ts";

/** The file that is read when none is named and it is there. */
const DEFAULT_FILE = "headway.yaml";

/** A configuration without problems, and where it came from. */
export type ValidConfig = Extract<CheckedConfig, { kind: "valid" }> & {
  /** Undefined: there is no file, and everything comes from the environment. */
  readonly file: string | undefined;
};

/** Reads the file, or the default one, and the environment. @throws {CliError} with every problem at once */
export function readConfig(file: string | undefined): ValidConfig {
  const text = readText(file ?? DEFAULT_FILE, { isRequired: file !== undefined });
  const checked = checkConfig(text, process.env);
  const source = text === undefined ? undefined : (file ?? DEFAULT_FILE);
  if (checked.kind === "invalid") throw new CliError(formatProblems(checked.problems, source));
  return { ...checked, file: source };
}

/** Reads the same again; a file that cannot be read is a problem like any other. */
export function rereadConfig(file: string | undefined): CheckedConfig {
  try {
    return checkConfig(readText(file ?? DEFAULT_FILE, { isRequired: file !== undefined }), process.env);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { kind: "invalid", problems: [{ path: [], origin: { kind: "default" }, message: error.message }] };
  }
}

function readText(file: string, { isRequired }: { readonly isRequired: boolean }): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && !isRequired) return undefined;
    const cause = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : code;
    throw new CliError(`cannot read the config ${file}: ${cause}`);
  }
}
