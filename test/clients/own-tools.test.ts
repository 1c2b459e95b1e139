import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  CARGO_ENVIRONMENT,
  CARGO_OPTIONS,
  isInstalled,
  MAVEN_FLAGS,
  PYTHON,
  PYTHON_ENVIRONMENT,
} from "./support/languages.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const TIMEOUT_MS = 300_000;

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "headway-client-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Each client is built and tested by the tools of its own language. */
describe.runIf(isInstalled("typescript-client"))("the client for TypeScript", () => {
  const folder = join(root, "clients/typescript");

  it("passes its tests", { timeout: TIMEOUT_MS }, async () => {
    const { stdout } = await run(process.execPath, ["--test", "test/*.test.ts"], { cwd: folder });
    expect(stdout).toMatch(/fail 0/);
  });

  it("has no error of types, and runs as it is published", { timeout: TIMEOUT_MS }, async () => {
    const out = join(scratchFolder(), "dist");
    const tsc = join(root, "node_modules/.bin/tsc");
    await run(tsc, ["--noEmit", "-p", folder]);
    await run(tsc, ["-p", join(folder, "tsconfig.build.json"), "--outDir", out]);
    cpSync(join(folder, "src/gen"), join(out, "gen"), { recursive: true, dereference: true });
    const program = join(out, "../program.mjs");
    writeFileSync(
      program,
      `import { Headway, headwayFetch } from "./dist/index.js";
       using headway = new Headway({ address: "127.0.0.1:1" });
       console.log(typeof headwayFetch(headway), await headway.usage({}, { timeoutMs: 50 }).catch((error) => error.name));`,
    );
    // Where an installed package would find what it depends on.
    await run("ln", ["-s", join(root, "node_modules"), join(out, "../node_modules")]);
    const { stdout } = await run(process.execPath, [program]);
    expect(stdout.trim()).toBe("function HeadwayError");
  });
});

describe.runIf(isInstalled("python-client"))("the client for Python", () => {
  const folder = join(root, "clients/python");
  const python = (...parameters: string[]) =>
    run(PYTHON, parameters, { cwd: folder, env: { ...process.env, ...PYTHON_ENVIRONMENT } });

  it("passes its tests", { timeout: TIMEOUT_MS }, async () => {
    const { stdout } = await python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests");
    expect(stdout).toMatch(/\d+ passed/);
  });

  it("has no error of types", { timeout: TIMEOUT_MS }, async () => {
    const { stdout } = await python("-m", "mypy", "--cache-dir", join(scratchFolder(), "mypy"));
    expect(stdout).toContain("Success: no issues found");
  });

  it("is a wheel that has the generated code with its types", { timeout: TIMEOUT_MS }, async () => {
    const out = scratchFolder();
    await python(
      "-m",
      "pip",
      "wheel",
      "--quiet",
      "--no-deps",
      "--no-build-isolation",
      "--wheel-dir",
      out,
      folder,
    );
    const [wheel] = readdirSync(out);
    expect(wheel).toMatch(/^headway_client-.*\.whl$/);
    const { stdout } = await python("-m", "zipfile", "--list", join(out, wheel!));
    for (const file of [
      "headway/v1/slots_pb2.pyi",
      "headway/v1/py.typed",
      "headway_client/py.typed",
      "licenses/LICENSE",
    ]) {
      expect(stdout).toContain(file);
    }
  });
});

describe.runIf(isInstalled("go-client"))("the client for Go", () => {
  const go = (...parameters: string[]) => run("go", parameters, { cwd: join(root, "clients/go") });

  it("passes its tests", { timeout: TIMEOUT_MS }, async () => {
    const { stdout } = await go("test", "./...");
    expect(stdout).toMatch(/^ok/m);
  });

  it("is vetted and formatted", { timeout: TIMEOUT_MS }, async () => {
    await go("vet", "./...");
    const { stdout } = await run("gofmt", ["-l", "clients/go", "test/clients/drivers/go", "examples/go"], {
      cwd: root,
    });
    expect(stdout).toBe("");
  });
});

describe.runIf(isInstalled("rust-client"))("the client for Rust", () => {
  const folder = join(root, "clients/rust");
  const cargo = (...parameters: string[]) =>
    run("cargo", parameters, { cwd: folder, env: { ...process.env, ...CARGO_ENVIRONMENT } });

  it("passes its tests", { timeout: TIMEOUT_MS }, async () => {
    const { stdout } = await cargo("test", "--lib", ...CARGO_OPTIONS);
    expect(stdout).toMatch(/test result: ok. [1-9]/);
  });

  it("has nothing that clippy or rustfmt objects to", { timeout: TIMEOUT_MS }, async () => {
    await cargo("clippy", ...CARGO_OPTIONS, "--", "--deny", "warnings");
    await cargo("fmt", "--all", "--check");
  });

  it("is a package that has the generated code", { timeout: TIMEOUT_MS }, async () => {
    const { stdout } = await cargo("package", "--offline", "--allow-dirty", "--list");
    for (const file of [
      "src/gen/headway.v1.rs",
      "src/gen/headway.v1.tonic.rs",
      "README.md",
      "LICENSE",
      "Cargo.lock",
    ]) {
      expect(stdout.split("\n")).toContain(file);
    }
  });
});

describe.runIf(isInstalled("java-client"))("the client for Java", () => {
  it("is built without a warning, passes its tests, and its jar has the generated code", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const folder = join(root, "clients/java");
    const { stdout } = await run("mvn", [...MAVEN_FLAGS, "verify"], { cwd: folder });
    expect(stdout).toMatch(/Tests run: [1-9]\d*, Failures: 0, Errors: 0, Skipped: 0/);
    const jar = await run("jar", ["--list", "--file", join(folder, "target/headway-client-0.1.0.jar")]);
    for (const file of ["io/headway/v1/HeadwayServiceGrpc.class", "io/headway/client/Headway.class"]) {
      expect(jar.stdout).toContain(file);
    }
  });
});
