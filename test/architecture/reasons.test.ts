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

describe("docs/errors.md", () => {
  const rows = readFileSync(join(REPOSITORY, "docs/errors.md"), "utf8")
    .split("\n")
    .map((line) => line.split(" | "));
  const rowOf = (reason: string, width: number) =>
    rows.find((cells) => cells[0] === `| \`${reason}\`` && cells.length === width);

  it.each(Object.entries(REFUSAL_STATUS))("has %s with its status", (reason, status) => {
    expect(rowOf(reason, 5)?.[1]).toMatch(new RegExp(`^\`${status}\``));
  });

  it.each(Object.entries(ERROR_POLICIES))("has %s with what is done after it", (reason, policy) => {
    const here = { yes: "yes", no: "no", last_resort: "only when no other is left" }[policy.retryHere];
    const others = { other_provider: "of another provider", larger_context: "with a larger context" };
    const next = { ...others, any: "any", none: "none" }[policy.next];
    expect(rowOf(reason, 4)?.slice(2)).toEqual([here, `${next} |`]);
  });
});

it("the reasons of failed attempts are the same in the contract and in the code", () => {
  const names = AttemptErrorReasonSchema.values
    .filter(({ number }) => number !== 0)
    .map(({ localName }) => localName);
  expect(names.sort()).toEqual(Object.keys(ERROR_POLICIES).sort());
});
