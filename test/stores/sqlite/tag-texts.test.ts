import fc from "fast-check";
import { expect, test } from "vitest";
import { tagsText } from "../../../src/cost/ledger/series.ts";
import { TagTexts } from "../../../src/stores/sqlite/tag-texts.ts";

const name = fc.constantFrom("", "a", "b", "10", "9", "__proto__", "toString");

test("tags have the same text as without memory, in any order, also when there is no room for more", () => {
  const sets = fc.array(fc.dictionary(name, name, { maxKeys: 4, noNullPrototype: true }), { maxLength: 40 });
  fc.assert(
    fc.property(sets, fc.nat(30), (all, most) => {
      const texts = new TagTexts(most);
      for (const tags of [...all, ...all]) {
        expect(texts.of(tags)).toBe(tagsText(tags));
        const reversed = Object.fromEntries(Object.entries(tags).reverse());
        expect(texts.of(reversed)).toBe(tagsText(tags));
      }
    }),
    { numRuns: 300, seed: 5 },
  );
});
