import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../src/providers");
const FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const FILES = [
  "convert-request.ts",
  "map-error.ts",
  "map-finish-reason.ts",
  "parse-answer.ts",
  "parse-stream.ts",
  "provider.ts",
];

describe("the folders of the providers", () => {
  it("are these", () => {
    expect(FOLDERS).toEqual(["anthropic", "echo", "gemini", "ollama", "openai"]);
  });

  it.each(FOLDERS)("%s has the same files as the others, and imports none of theirs", (folder) => {
    expect(readdirSync(join(ROOT, folder)).sort()).toEqual(FILES);
    for (const file of FILES) {
      const imports = [...readFileSync(join(ROOT, folder, file), "utf8").matchAll(/from "(\.[^"]+)"/g)];
      expect(imports.map(([, path]) => path)).toSatisfy((paths: string[]) =>
        paths.every((path) =>
          /^\.\/[\w-]+\.ts$|^\.\.\/[\w-]+\.ts$|^\.\.\/\.\.\/core\/[\w-]+\.ts$/.test(path),
        ),
      );
    }
  });

  it("are known to no file beside them", () => {
    for (const file of readdirSync(ROOT).filter((name) => name.endsWith(".ts"))) {
      expect(readFileSync(join(ROOT, file), "utf8")).not.toMatch(
        new RegExp(`from "\\./(${FOLDERS.join("|")})/`),
      );
    }
  });
});
