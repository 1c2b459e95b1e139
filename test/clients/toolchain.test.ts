import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lackOf } from "./support/toolchain.ts";

it("names the tools that a machine lacks, and how to get what the tests need", () => {
  const bin = mkdtempSync(join(tmpdir(), "headway-bin-"));
  onTestFinished(() => rmSync(bin, { recursive: true }));
  writeFileSync(join(bin, "java"), "");
  chmodSync(join(bin, "java"), 0o755);
  const advice = (name: string) => `run scripts/install-client-tools.sh ${name}`;
  expect(lackOf("go-client", true, "")).toBe(
    `go-client is not tested: install go, then ${advice("go-client")}`,
  );
  expect(lackOf("java-client", false, "")).toContain("install java and mvn, then");
  expect(lackOf("java-client", true, bin)).toContain("install mvn, then");
  expect(lackOf("typescript-client", false, bin)).toBe(
    `typescript-client is not tested: ${advice("typescript-client")}`,
  );
  expect(lackOf("typescript-client", true, bin)).toBeUndefined();
});
