import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What the tests of a client run on. */
export type Toolchain = "typescript-client" | "python-client" | "go-client" | "rust-client" | "java-client";

const PROGRAMS: Readonly<Record<Toolchain, readonly string[]>> = {
  "typescript-client": [],
  "python-client": ["python3"],
  "go-client": ["go"],
  "rust-client": ["cargo"],
  "java-client": ["java", "mvn"],
};

/** Why a client cannot be tested here, with the way out. Undefined: it can. `isPrepared`: what its tests need was installed. */
export function lackOf(
  name: Toolchain,
  isPrepared: boolean,
  path: string = process.env.PATH ?? "",
): string | undefined {
  const folders = path.split(delimiter);
  const missing = PROGRAMS[name].filter(
    (program) => !folders.some((folder) => existsSync(join(folder, program))),
  );
  if (isPrepared && missing.length === 0) return undefined;
  const install = missing.length === 0 ? "" : `install ${missing.join(" and ")}, then `;
  return `${name} is not tested: ${install}run scripts/install-client-tools.sh ${name}`;
}
