import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const clients = resolve(import.meta.dirname, "../../clients");
const HOME = "https://headway\\.io";
const WHAT_IT_IS = "start LLM calls only when the provider is going to accept them";

/** By manifest: what a registry shows, and where the license comes from. */
const MANIFESTS: Readonly<Record<string, readonly string[]>> = {
  "typescript/package.json": [
    '"name": "@headway/client"',
    '"version": "0\\.1\\.0"',
    `"description": "[^"]*${WHAT_IT_IS}`,
    '"license": "Apache-2\\.0"',
    '"author": ',
    '"keywords": ',
    '"engines": ',
    `"homepage": "${HOME}"`,
    '"repository": .*"directory": "clients/typescript"',
    // Without it npm keeps a name with a scope to those who pay.
    '"publishConfig": \\{ "access": "public" \\}',
    "cp \\.\\./\\.\\./LICENSE \\.",
  ],
  "python/pyproject.toml": [
    '^name = "headway-client"',
    '^version = "0\\.1\\.0"',
    `^description = "[^"]*${WHAT_IT_IS}`,
    '^license = "Apache-2\\.0"',
    '^license-files = \\["LICENSE"\\]',
    '^readme = "README\\.md"',
    "^requires-python = ",
    "^authors = ",
    "^keywords = ",
    '"Typing :: Typed"',
    `^Homepage = "${HOME}"`,
    `^Source = "${HOME}/`,
  ],
  "go/go.mod": ["^module headway\\.io/headway/clients/go$", "^go 1\\."],
  "java/pom.xml": [
    "<groupId>io\\.headway</groupId>\\s*<artifactId>headway-client</artifactId>\\s*<version>0\\.1\\.0</version>",
    `<description>[^<]*${WHAT_IT_IS}`,
    `<url>${HOME}</url>`,
    "<licenses>[\\s\\S]*Apache-2\\.0",
    "<developers>",
    "<scm>",
    "maven-source-plugin",
    "maven-javadoc-plugin",
    "maven-gpg-plugin",
  ],
  "rust/Cargo.toml": [
    '^name = "headway-client"',
    '^version = "0\\.1\\.0"',
    `^description = "[^"]*${WHAT_IT_IS}`,
    '^license = "Apache-2\\.0"',
    '^readme = "README\\.md"',
    "^rust-version = ",
    "^authors = ",
    "^keywords = ",
    "^categories = ",
    `^homepage = "${HOME}"`,
    `^repository = "${HOME}/`,
    '^include = .*"LICENSE"',
  ],
};

it.each(Object.entries(MANIFESTS))("clients/%s says all that a registry wants", (file, patterns) => {
  const text = readFileSync(join(clients, file), "utf8");
  expect(patterns.filter((pattern) => !new RegExp(pattern, "m").test(text))).toEqual([]);
  expect(existsSync(join(clients, file, "../README.md"))).toBe(true);
});

it("packages of other folders have the license with them", () => {
  const license = readFileSync(join(clients, "../LICENSE"), "utf8");
  for (const name of ["python", "rust"]) {
    expect(readFileSync(join(clients, name, "LICENSE"), "utf8")).toBe(license);
  }
});
