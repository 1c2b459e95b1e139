import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TextMemory } from "../../src/core/text-memory.ts";

const HOUR_MS = 3_600_000;

describe("texts by key", () => {
  test("are found as they were, whatever is in them", () => {
    const text = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key }), (entries) => {
        const memory = new TextMemory(HOUR_MS, 1_000);
        for (const [key, value] of entries) memory.set(key, value, 0);
        expect(memory.size).toBe(entries.length);
        for (const [key, value] of entries) expect(memory.get(key)).toBe(Buffer.from(value).toString());
      }),
    );
  });

  test("that are not there are not found among very many", () => {
    const memory = new TextMemory(HOUR_MS, 1_000_000);
    for (let index = 0; index < 50_000; index++) memory.set(`slot_${index}`, `text of ${index}`, index);
    for (let index = 0; index < 50_000; index += 997)
      expect(memory.get(`slot_${index}`)).toBe(`text of ${index}`);
    expect(memory.get("slot_50000")).toBeUndefined();
    expect(memory.get("")).toBeUndefined();
  });

  test("are replaced by a newer one of the same key", () => {
    const memory = new TextMemory(HOUR_MS, 10);
    memory.set("key", "old", 0);
    memory.set("key", "new", 1);
    expect(memory.get("key")).toBe("new");
  });

  test("may be longer than a page", () => {
    const memory = new TextMemory(HOUR_MS, 10);
    const long = "ä".repeat(2_000_000);
    memory.set("short", "text", 0);
    memory.set("long", long, 0);
    memory.set("after", "text", 0);
    expect(memory.get("long") === long).toBe(true);
    expect([memory.get("short"), memory.get("after")]).toEqual(["text", "text"]);
  });
});

describe("what is forgotten", () => {
  const text = "x".repeat(1_000);

  test("is older than the time it is kept", () => {
    const memory = new TextMemory(HOUR_MS, 1_000_000);
    memory.set("early", text, 0);
    const fill = (fromMs: number): void => {
      for (let call = 0; call < 3_000; call++) memory.set(`${fromMs}-${call}`, text, fromMs + call);
    };
    fill(1);
    fill(HOUR_MS - 3_000);
    expect(memory.get("early")).toBe(text);
    fill(HOUR_MS + 5_000);
    expect(memory.get("early")).toBeUndefined();
    expect(memory.get(`${HOUR_MS - 3_000}-0`)).toBe(text);
  });

  test("is the oldest of too many, by the page", () => {
    const memory = new TextMemory(HOUR_MS, 10_000);
    for (let index = 0; index < 50_000; index++) {
      memory.set(`slot_${index}`, text, 0);
      expect(memory.size).toBeLessThanOrEqual(12_000);
      if (index % 1_000 === 0) expect(memory.get(`slot_${Math.max(0, index - 8_000)}`)).toBe(text);
    }
    expect(memory.get("slot_37999")).toBeUndefined();
  });
});
