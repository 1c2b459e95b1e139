/** Generates the code of every language anew beside the committed one and fails when they differ. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "headway-gen-"));

try {
  execFileSync(join(root, "node_modules/.bin/buf"), ["generate", "--output", scratch], {
    cwd: root,
    stdio: "inherit",
  });
  const differences = compare(filesBelow(join(root, "gen")), filesBelow(join(scratch, "gen")));
  for (const difference of differences) console.error(difference);
  if (differences.length > 0) {
    console.error("Generated code is not what the proto files say. Run `npm run generate` and commit gen/.");
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true });
}

/** Content by path relative to `folder`. A folder that does not exist is an error of the file system. */
function filesBelow(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), readFileSync(path));
  }
  return files;
}

/** One line for each file that is missing, left over or different; none when both are alike. */
function compare(committed: Map<string, Buffer>, generated: Map<string, Buffer>): string[] {
  const paths = [...new Set([...committed.keys(), ...generated.keys()])].sort();
  return paths.flatMap((path) => {
    const before = committed.get(path);
    const after = generated.get(path);
    if (before === undefined) return [`missing    gen/${path}`];
    if (after === undefined) return [`left over  gen/${path}`];
    return before.equals(after) ? [] : [`different  gen/${path}`];
  });
}
