/**
 * Fails when the proto files break callers of the contract before: the one before the last commit that changed them,
 * so that a break is seen however many commits come after it. A checkout without that history (a shallow clone, an
 * archive) cannot be compared, which it says.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const previous = previousContract();

if (previous === undefined) {
  console.log("The contract was compared with nothing: this checkout has no earlier version of proto/.");
} else {
  const buf = spawnSync(
    join(root, "node_modules/.bin/buf"),
    ["breaking", "--against", `.git#ref=${previous}`],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
  if (buf.status === 0) console.log(`The contract breaks no caller of ${previous.slice(0, 7)}.`);
  process.exitCode = buf.status ?? 1;
}

/** The commit whose proto/ is the contract before the last change to it; undefined where history does not reach. */
function previousContract(): string | undefined {
  try {
    const lastChange = git("log", "-1", "--format=%H", "--", "proto");
    return git("rev-parse", "--verify", "--quiet", `${lastChange}~1`);
  } catch {
    return undefined;
  }
}

function git(...args: string[]): string {
  return execFileSync("git", args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}
