import { existsSync } from "node:fs";
import { type CheckedConfig, checkConfig } from "../catalog/check-config.ts";
import { formatProblems } from "../config/problem.ts";
import { CliError } from "./cli-error.ts";
import { readTextFile } from "./read-text-file.ts";

/** The file that is read when none is named and it is there. */
const DEFAULT_FILE = "headway.yaml";

/** A configuration without problems, and where it came from. */
export type ValidConfig = Extract<CheckedConfig, { kind: "valid" }> & {
  /** Undefined: there is no file, and everything comes from the environment. */
  readonly file: string | undefined;
};

/** Reads the file, or the default one, and the environment. @throws {CliError} with every problem at once */
export function readConfig(file: string | undefined): ValidConfig {
  const text = readText(file);
  const checked = checkConfig(text, process.env);
  const source = text === undefined ? undefined : (file ?? DEFAULT_FILE);
  if (checked.kind === "invalid") throw new CliError(formatProblems(checked.problems, source));
  return { ...checked, file: source };
}

/** Reads the same again; a file that cannot be read is a problem like any other. */
export function rereadConfig(file: string | undefined): CheckedConfig {
  try {
    return checkConfig(readText(file), process.env);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { kind: "invalid", problems: [{ path: [], origin: { kind: "default" }, message: error.message }] };
  }
}

/** Undefined: none is named, and the default one is not there. */
function readText(file: string | undefined): string | undefined {
  if (file === undefined && !existsSync(DEFAULT_FILE)) return undefined;
  return readTextFile(file ?? DEFAULT_FILE, "config");
}
