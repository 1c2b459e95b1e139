import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The command that installs every real part. */
const installCommand = "bash scripts/install-real-parts.sh";

/** The folder of the repository that holds `scripts/`, absolute, without a slash at its end. */
export const scriptsFolder = join(import.meta.dirname, "..", "..", "..", "scripts");

/** Names a real part, one that `scripts/install-real-parts.sh` installs. */
export interface RealPart {
  /** The folder of the part, both in `scripts/` and in the cache. */
  readonly folder: "model" | "jaeger";
  /** The file in both folders that pins the part's versions; its copy in the cache says that the part is complete. */
  readonly pinsFile: string;
}

/** The absolute path of a file of an installed part; the file need not exist. */
export function partPath(part: RealPart, ...path: readonly string[]): string {
  const cacheFolder = process.env.HEADWAY_CACHE ?? join(homedir(), ".cache", "headway");
  return join(cacheFolder, part.folder, ...path);
}

/** Why a part cannot be used and what to run; undefined when it is installed in the versions that are pinned. */
export function missingReason(part: RealPart): string | undefined {
  const pinned = readIfPresent(join(scriptsFolder, part.folder, part.pinsFile));
  const installed = readIfPresent(partPath(part, part.pinsFile));
  if (installed === undefined) return `${part.folder} is not installed; run: ${installCommand}`;
  if (installed !== pinned) return `${part.folder} is installed in another version; run: ${installCommand}`;
  return undefined;
}

/**
 * Why the tests of a part are to be skipped, printed once for whoever reads the run; undefined when they are to run.
 * With `CI=true` always undefined: there a missing part must fail, and its start function throws.
 */
export function skipReason(part: RealPart): string | undefined {
  const reason = missingReason(part);
  if (reason === undefined || process.env.CI === "true") return undefined;
  console.warn(`skipped: ${reason}`);
  return reason;
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
