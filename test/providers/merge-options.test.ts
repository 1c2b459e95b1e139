import { expect, it } from "vitest";
import type { JsonObject } from "../../src/core/chat.ts";
import { mergeOptions } from "../../src/providers/merge-options.ts";

const BODY = { model: "m", stop: ["a"], options: { seed: 1, deep: { x: 1 } } };

it.each<[string, JsonObject, object]>([
  ["nothing changes nothing", {}, BODY],
  ["an unknown key is added", { brand_new: { y: null } }, { ...BODY, brand_new: { y: null } }],
  [
    "objects are merged key by key",
    { options: { deep: { y: 2 } } },
    { ...BODY, options: { seed: 1, deep: { x: 1, y: 2 } } },
  ],
  ["arrays replace", { stop: ["b"] }, { ...BODY, stop: ["b"] }],
  ["an object replaces what is none", { stop: { b: 1 } }, { ...BODY, stop: { b: 1 } }],
  ["null replaces", { options: null }, { ...BODY, options: null }],
  ["what is ours stays", { model: "dearer" }, BODY],
])("%s", (_, options, expected) => {
  expect(mergeOptions(BODY, options, ["model"])).toEqual(expected);
});

it("takes __proto__ for a name like any other", () => {
  const options = JSON.parse(
    '{"__proto__": {"polluted": true}, "options": {"__proto__": {"polluted": true}}}',
  );
  const merged = mergeOptions(BODY, options, []);
  expect(Object.hasOwn(merged, "__proto__")).toBe(true);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect((merged.options as { polluted?: boolean }).polluted).toBeUndefined();
});
