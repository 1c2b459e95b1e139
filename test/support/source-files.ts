import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

/** The folder of the repository. */
export const REPOSITORY = join(import.meta.dirname, "..", "..");

const SOURCE = join(REPOSITORY, "src");

/** A source file as it is written. */
export interface SourceFile {
  /** From `src`, as `rpc/status.ts`. */
  readonly path: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  /** What it imports: of ours as a path from `src` (or `gen/…`), else the name as written. */
  readonly imports: readonly string[];
}

/** Every file under `src`. */
export function readSourceFiles(): readonly SourceFile[] {
  return readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .map((path) => {
      const text = readFileSync(join(SOURCE, path), "utf8");
      const code = withoutComments(text);
      return { path, text, code, imports: importsOf(path, code) };
    });
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

const IMPORT =
  /(?:^|\n|;)\s*(?:import|export)\b[^"';]*?from\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s*"([^"]+)"/g;

function importsOf(path: string, code: string): string[] {
  return [...code.matchAll(IMPORT)].map(([, from, lazy, bare]) => {
    const name = (from ?? lazy ?? bare)!;
    if (!name.startsWith(".")) return name;
    const target = normalize(join(dirname(path), name));
    return target.startsWith("..") ? relative("..", target) : target;
  });
}
