import { errorText } from "../../core/error-text.ts";
import { NewerSchemaError } from "./migrate.ts";
import { EmptyFileError } from "./open-database.ts";

/** Primary result codes of SQLite for what is wrong with the file, the disk or the machine, and not with the data. */
const PROBLEMS: Readonly<Record<number, string>> = {
  5: "another process is writing to it. Stop the other one, or give each its own storage.path.",
  6: "another process has locked it. Stop the other one, or give each its own storage.path.",
  7: "there is not enough memory.",
  8: "it cannot be written. Give the service the right to write the file and its folder.",
  10: "the disk reports an error. Check it, or move storage.path to another disk.",
  11: "it is damaged. Restore it from a backup, or move it away to start with an empty one.",
  13: "the disk is full. Make room, or move storage.path to another disk.",
  14: "it cannot be opened. Check that it is a file, and that its folder exists and may be written.",
  26: "it is not a database. Set storage.path to another file.",
};

/** Primary result codes for values that do not fit: too big, a constraint, a type, a range. */
const DATA_CODES = [18, 19, 20, 25];

/** Whether a failure is due to the values to be written, so that trying again is in vain. */
export function isDataProblem(error: unknown): boolean {
  const code = primaryCode(error);
  return code === undefined ? !(error instanceof Error && "syscall" in error) : DATA_CODES.includes(code);
}

/** Whether values fit, and their sum does not: the sum itself is too large, or no integer any more. */
export function isSumOverflow(error: unknown): boolean {
  return /^integer overflow$|cannot store REAL value|BigInt value is too large/.test(errorText(error));
}

/** Says what is wrong with the file at `path`, and the way out. */
export function explainProblem(path: string, error: unknown): string {
  if (error instanceof NewerSchemaError) {
    return `${path}: it was written by a later version: ${error.message}. Run that version, or set storage.path to another file.`;
  }
  if (error instanceof EmptyFileError) {
    return `${path}: it is empty, and no file of Headway ever is: it was cut. Restore it from a backup, or delete it to start with a new one.`;
  }
  const text = errorText(error);
  if (isSumOverflow(error)) {
    return `${path}: the costs of its calls add up to over 9 billion dollars, too much for a sum. When you ask, ask for less time, or for one tenant or model. (${text})`;
  }
  return `${path}: ${PROBLEMS[primaryCode(error) ?? 0] ?? "it cannot be used. Mend that, or set storage.path to another file."} (${text})`;
}

/** Undefined: it is no failure of SQLite. */
function primaryCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}
