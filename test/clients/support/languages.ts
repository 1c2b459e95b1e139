import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** A language with a client and a driver for it. */
export interface Language {
  readonly name: "typescript" | "python" | "go";
  /** The driver's command line. */
  readonly driver: readonly string[];
  /** Official SDKs that the client's adoption layer is tested with. */
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

/** What is there once the tools are installed. The TypeScript driver needs none; its client's own tests do. */
const NEEDS = {
  "typescript-client": join(root, "clients/typescript/node_modules/@langchain/core"),
  "python-client": join(tools, "python-client/pins"),
  "go-client": join(tools, "go-client/pins"),
};

/** Whether the tools of a client are installed. With `CI=true` they must be, so that nothing is left out there. */
export function isInstalled(name: keyof typeof NEEDS): boolean {
  if (existsSync(NEEDS[name])) return true;
  const advice = `${name} is not tested: run scripts/install-client-tools.sh ${name}`;
  if (process.env.CI === "true") throw new Error(advice);
  console.warn(advice);
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
  return languages;
}

/** Each caller has its own, for one cannot be replaced while it runs. */
function buildGoDriver(optimized: boolean): string {
  const folder = mkdtempSync(join(tmpdir(), "headway-driver-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const driver = join(folder, "driver");
  const flags = optimized ? [] : ["-gcflags=all=-N -l"];
  execFileSync("go", ["-C", join(drivers, "go"), "build", ...flags, "-o", driver, "."]);
  return driver;
}
