import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { lackOf, type Toolchain } from "./toolchain.ts";

/** A language with a client and a driver for it. */
export interface Language {
  readonly name: "typescript" | "python" | "go" | "rust" | "java";
  /** The driver's command line. */
  readonly driver: readonly string[];
  /**
   * Official SDKs that the client's adoption layer is tested with. Rust has none: async-openai takes the place of OpenAI's,
   * and plain HTTP that of the others.
   */
  readonly sdks: readonly ("openai" | "anthropic" | "gemini")[];
}

const root = resolve(import.meta.dirname, "../../..");
const drivers = join(root, "test/clients/drivers");
const tools = join(process.env.HEADWAY_CACHE ?? join(homedir(), ".cache/headway"), "client-tools");

/** Python with what the client and its tests need. */
export const PYTHON = join(tools, "python-client/bin/python");
/** Environment by which Python finds the client in its folder. */
export const PYTHON_ENVIRONMENT = {
  PYTHONPATH: join(root, "clients/python/src"),
  PYTHONDONTWRITEBYTECODE: "1",
};

/** Maven with what the client and its tests need, and without the network. */
export const MAVEN_FLAGS = ["--batch-mode", "--offline", `-Dmaven.repo.local=${join(tools, "maven")}`];

/** What is there once the tools are installed. The TypeScript driver needs none; its client's own tests do. */
const NEEDS: Readonly<Record<Toolchain, string>> = {
  "typescript-client": join(root, "clients/typescript/node_modules/@langchain/core"),
  "python-client": join(tools, "python-client/pins"),
  "go-client": join(tools, "go-client/pins"),
  "rust-client": join(tools, "rust-client/pins"),
  "java-client": join(tools, "java-client/pins"),
};

/** Environment and options by which cargo finds what it has compiled already, and asks no registry. */
export const CARGO_ENVIRONMENT = {
  CARGO_TARGET_DIR: join(tools, "rust-client/target"),
  CARGO_INCREMENTAL: "0",
};
export const CARGO_OPTIONS = [
  "--quiet",
  "--offline",
  "--locked",
  "--workspace",
  "--all-features",
  "--manifest-path",
  join(root, "clients/rust/Cargo.toml"),
];

/** Whether the tools of a client are installed. With `CI=true` they must be, so that nothing is left out there. */
export function isInstalled(name: Toolchain): boolean {
  const lack = lackOf(name, existsSync(NEEDS[name]));
  if (lack === undefined) return true;
  if (process.env.CI === "true") throw new Error(lack);
  console.warn(lack);
  return false;
}

/** The languages whose tools are installed, with their drivers built: soon, or `optimized` for a benchmark. */
export function installedLanguages({ optimized = false } = {}): readonly Language[] {
  const languages: Language[] = [
    {
      name: "typescript",
      driver: [process.execPath, join(drivers, "typescript/driver.ts")],
      sdks: ["openai", "anthropic", "gemini"],
    },
  ];
  if (isInstalled("python-client")) {
    languages.push({
      name: "python",
      driver: [PYTHON, join(drivers, "python/driver.py")],
      sdks: ["openai", "anthropic"],
    });
  }
  if (isInstalled("go-client")) {
    languages.push({ name: "go", driver: [buildGoDriver(optimized)], sdks: ["openai", "anthropic"] });
  }
  if (isInstalled("rust-client")) {
    languages.push({
      name: "rust",
      driver: buildRustDriver(optimized),
      sdks: ["openai", "anthropic", "gemini"],
    });
  }
  if (isInstalled("java-client")) {
    languages.push({ name: "java", driver: javaDriver(optimized), sdks: ["openai", "anthropic"] });
  }
  return languages;
}

function buildGoDriver(optimized: boolean): string {
  const driver = join(driverFolder(), "driver");
  const flags = optimized ? [] : ["-gcflags=all=-N -l"];
  execFileSync("go", ["-C", join(drivers, "go"), "build", ...flags, "-o", driver, "."]);
  return driver;
}

/** A folder with programs of Rust: the driver or the examples. */
export function buildRust(names: readonly string[], profile: "dev" | "release" = "dev"): string {
  const folder = driverFolder();
  const env = { ...process.env, ...CARGO_ENVIRONMENT };
  execFileSync("cargo", ["build", "--profile", profile, ...CARGO_OPTIONS], { env });
  const built = join(CARGO_ENVIRONMENT.CARGO_TARGET_DIR, profile === "dev" ? "debug" : profile);
  for (const name of names) copyFileSync(join(built, name), join(folder, name));
  return folder;
}

/** With the image of the proto files from which it knows their JSON. */
function buildRustDriver(optimized: boolean): readonly string[] {
  const folder = buildRust(["headway-driver"], optimized ? "release" : "dev");
  const image = join(folder, "proto.binpb");
  execFileSync(join(root, "node_modules/.bin/buf"), ["build", "--output", image], { cwd: root });
  return [join(folder, "headway-driver"), image];
}

/** Each caller has its own, for a program cannot be replaced while it runs. */
function driverFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "headway-driver-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where Java finds the client, the driver and what they need; compiled if need be. */
export function javaClasspath(): string {
  return execFileSync("bash", [join(drivers, "java/build.sh")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();
}

/** Code that runs for a few seconds is not worth the second compiler, nor memory the second collector. */
function javaDriver(optimized: boolean): readonly string[] {
  const flags = optimized ? [] : ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  return ["java", ...flags, "-cp", javaClasspath(), "Driver"];
}
