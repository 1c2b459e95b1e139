import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  AttemptErrorReasonSchema,
  ErrorReason,
  ErrorReasonSchema,
} from "../../gen/es/headway/v1/error_pb.js";
import { REFUSAL_STATUS } from "../../src/core/refusal.ts";
import { ERROR_POLICIES } from "../../src/fallback/attempts/error-policy.ts";
import { CODE_NUMBERS } from "../../src/rpc/status.ts";
import { REPOSITORY } from "../support/source-files.ts";

const PROTO = readFileSync(join(REPOSITORY, "proto/headway/v1/error.proto"), "utf8");
const REASONS = ErrorReasonSchema.values.filter(({ number }) => number !== ErrorReason.UNSPECIFIED);

/** The comment that stands before a value in the proto. */
function commentOf(name: string): string {
  const match = new RegExp(`((?:  //[^\\n]*\\n)+)  ${name} = `).exec(PROTO);
  return match?.[1]?.replaceAll(/\s*\/\/\s?/g, " ").trim() ?? "";
}

/** All pages under `docs` as one text. */
function documentation(): string {
  const folder = join(REPOSITORY, "docs");
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".md"),
  );
  return pages.map((path) => readFileSync(join(folder, path), "utf8")).join("\n");
}

describe("the reasons of refusals", () => {
  it("are the same in the contract and in the catalogue", () => {
    expect(REASONS.map(({ localName }) => localName).sort()).toEqual(Object.keys(REFUSAL_STATUS).sort());
  });

  it.each(REASONS.map(({ name, localName }) => [localName, name] as const))(
    "%s stands in the contract with the status that it has",
    (reason, name) => {
      const status = REFUSAL_STATUS[reason as keyof typeof REFUSAL_STATUS];
      expect(commentOf(name)).toMatch(new RegExp(`^${status}\\b`));
      expect(CODE_NUMBERS).toHaveProperty(status);
    },
  );

  it("are documented", () => {
    const text = documentation();
    const missing = REASONS.filter(({ localName }) => !text.includes(`\`${localName}\``));
    expect(missing.map(({ localName }) => localName)).toEqual([]);
  });
});

it("the reasons of failed attempts are the same in the contract and in the code", () => {
  const names = AttemptErrorReasonSchema.values
    .filter(({ number }) => number !== 0)
    .map(({ localName }) => localName);
  expect(names.sort()).toEqual(Object.keys(ERROR_POLICIES).sort());
});
