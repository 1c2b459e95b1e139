/**
 * A protoc plugin that "generates" the files of a folder as they are: what the generated code of a language needs
 * beside it to be a package. So all of gen/ is generated, and can be removed and made anew.
 *
 * Usage: protoc-gen-files.ts FOLDER
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { answerPlugin } from "./plugin.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("protoc-gen-files.ts FOLDER");

answerPlugin(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ name: relative(folder, path), content: readFileSync(path, "utf8") })),
);
