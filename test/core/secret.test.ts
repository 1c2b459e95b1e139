import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "../../src/core/secret.ts";

const secret = new Secret("sk-hidden");

test.each([
  ["text", String(secret)],
  ["template", `${secret}`],
  ["JSON", JSON.stringify({ secret })],
  ["inspect", inspect({ secret }, { depth: 10, showHidden: true })],
  ["inspect without custom functions", inspect({ secret }, { customInspect: false, showHidden: true })],
  ["spread", JSON.stringify({ ...secret })],
  ["keys", Reflect.ownKeys(secret).join()],
])("does not show as %s", (_, shown) => {
  expect(shown).not.toContain("sk-hidden");
});

test("gives its value when asked", () => {
  expect(secret.reveal()).toBe("sk-hidden");
});
