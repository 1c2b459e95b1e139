import { describe, expect, it } from "vitest";
import { makeId } from "../../src/core/id.ts";

describe("makeId", () => {
  it("puts 22 URL-safe characters behind the prefix, whatever was made before", () => {
    for (let made = 0; made < 600; made++) {
      expect(makeId("slot")).toMatch(/^slot_[\w-]{22}$/);
      expect(makeId("req")).toMatch(/^req_[\w-]{22}$/);
    }
  });

  it("makes no id twice", () => {
    const ids = new Set(Array.from({ length: 20_000 }, () => makeId("x").slice(2)));
    expect(ids.size).toBe(20_000);
  });
});
