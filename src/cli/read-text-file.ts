import { readFileSync } from "node:fs";
import { CliError } from "./cli-error.ts";

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
};

/** The text of a file that holds `what`, as `config`. @throws {CliError} */
export function readTextFile(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new CliError(`cannot read the ${what} ${path}: ${CAUSES[code] ?? code}`);
  }
}
