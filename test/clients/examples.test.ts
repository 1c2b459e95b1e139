import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { buildRust, isInstalled, javaClasspath, PYTHON, PYTHON_ENVIRONMENT } from "./support/languages.ts";

const run = promisify(execFile);
const examples = resolve(import.meta.dirname, "../../examples");
const MOST_LINES = 60;

/** What each must print on a Headway without any key. */
const PRINTED = {
  complete: /Why do trains keep their distance\?\necho\/echo: \d+ tokens/,
  stream: /calling echo\/echo\nTell me a story of two trains\.\n\d+ tokens/,
  slot: /question 10 \(openai\/gpt-4o-mini after .*, 70 tokens reserved\)/,
  usage: /echo\/echo: \d+ requests[\s\S]*left in/,
};
const NAMES = Object.keys(PRINTED) as (keyof typeof PRINTED)[];

let headway: Headway;
beforeAll(async () => {
  headway = await startHeadway({ config: "tier: tier2" });
});
afterAll(() => headway.close());

async function output(command: string, parameters: readonly string[], folder = examples): Promise<string> {
  const { OPENAI_API_KEY: _, ...rest } = process.env;
  const env = { ...rest, ...PYTHON_ENVIRONMENT, HEADWAY_ADDRESS: headway.grpcAddress };
  return (await run(command, parameters, { cwd: folder, env })).stdout;
}

describe("the example", () => {
  it.each(NAMES)("%s.ts runs", async (name) => {
    expect(await output(process.execPath, [`typescript/${name}.ts`])).toMatch(PRINTED[name]);
  });

  it.runIf(isInstalled("python-client")).each(NAMES)("%s.py runs", async (name) => {
    expect(await output(PYTHON, [`python/${name}.py`])).toMatch(PRINTED[name]);
  });

  it.runIf(isInstalled("go-client")).each(NAMES)("%s of Go runs", async (name) => {
    expect(await output("go", ["run", `./${name}`], join(examples, "go"))).toMatch(PRINTED[name]);
  });

  describe.runIf(isInstalled("rust-client"))("of Rust", () => {
    let folder: string;
    beforeAll(() => {
      folder = buildRust(NAMES);
    });

    it.each(NAMES)("%s runs", async (name) => {
      expect(await output(join(folder, name), [])).toMatch(PRINTED[name]);
    });
  });

  it.runIf(isInstalled("java-client")).each(NAMES)("%s of Java runs", async (name) => {
    const file = `java/${name[0]?.toUpperCase()}${name.slice(1)}.java`;
    expect(await output("java", ["-cp", javaClasspath(), file])).toMatch(PRINTED[name]);
  });
});

/** Of each language that runs a file as it is: Rust would have to be compiled anew. */
describe("the first program of the README", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "headway-readme-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The last file that the first block of the README writes, under its own name. */
  function firstProgram(language: string, name: string): string {
    const text = readFileSync(join(examples, "../clients", language, "README.md"), "utf8");
    const [, block] = /```sh\n([\s\S]*?)```/.exec(text)!;
    const program = [...block!.matchAll(/<<'EOF'\n([\s\S]*?\n)EOF\n/g)].at(-1)![1]!;
    const source = join(examples, "../clients/typescript/src/index.ts");
    const file = join(folder, name);
    writeFileSync(file, program.replace('"@headway/client"', JSON.stringify(source)));
    return file;
  }

  const ANSWER = /^Hello, Headway 4n?\n$/;
  it("of TypeScript runs", async () => {
    expect(await output(process.execPath, [firstProgram("typescript", "first.mjs")])).toMatch(ANSWER);
  });
  it.runIf(isInstalled("python-client"))("of Python runs", async () => {
    expect(await output(PYTHON, [firstProgram("python", "first.py")])).toMatch(ANSWER);
  });
  it.runIf(isInstalled("go-client"))("of Go runs", async () => {
    const file = firstProgram("go", "main.go");
    expect(await output("go", ["run", file], join(examples, "go"))).toMatch(ANSWER);
  });
  it.runIf(isInstalled("java-client"))("of Java runs", async () => {
    const file = firstProgram("java", "Try.java");
    expect(await output("java", ["-cp", javaClasspath(), file])).toMatch(ANSWER);
  });
});

it("no example is long", () => {
  const files = readdirSync(examples, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.(ts|py|go|rs|java)$/.test(file),
  );
  expect(files.length).toBeGreaterThanOrEqual(5 * NAMES.length);
  for (const file of files) {
    const lines = readFileSync(join(examples, file), "utf8").trimEnd().split("\n").length;
    expect(lines, file).toBeLessThanOrEqual(MOST_LINES);
  }
});
