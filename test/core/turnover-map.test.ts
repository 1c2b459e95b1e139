import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TurnoverMap } from "../../src/core/turnover-map.ts";
import { TurnoverSet } from "../../src/core/turnover-set.ts";

const MANY = 1_000;

describe("TurnoverMap", () => {
  it("does what a Map does, whatever comes and goes", () => {
    const step = fc.record({ key: fc.nat(9), value: fc.option(fc.nat(), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 200, maxLength: 400 }), (steps) => {
        const map = new Map<number, number>([[0, 0]]);
        const turnover = new TurnoverMap<number, number>([[0, 0]]);
        for (const { key, value } of steps) {
          if (value === undefined) expect(turnover.delete(key)).toBe(map.delete(key));
          else {
            map.set(key, value);
            turnover.set(key, value);
          }
          expect(turnover.get(key)).toBe(map.get(key));
          expect(turnover.size).toBe(map.size);
        }
        expect([...turnover]).toEqual([...map]);
      }),
      { numRuns: 10 },
    );
  });

  it("keeps what stays while much else comes and goes", () => {
    const map = new TurnoverMap<number, string>([[-1, "stays"]]);
    for (let key = 0; key < MANY; key++) {
      map.set(key, "goes");
      map.delete(key);
    }
    expect([...map]).toEqual([[-1, "stays"]]);
  });

  it("visits each entry once, also when it is deleted by the visit", () => {
    const map = new TurnoverMap<number, string>();
    for (let key = 0; key < MANY; key++) map.set(key, `value ${key}`);
    const visited: (readonly [number, string])[] = [];
    map.forEach((value, key) => {
      visited.push([key, value]);
      map.delete(key);
    });
    expect(visited).toEqual(Array.from({ length: MANY }, (_, key) => [key, `value ${key}`]));
    expect(map.size).toBe(0);
  });
});

describe("TurnoverSet", () => {
  it("holds each value once, until it is deleted", () => {
    const set = new TurnoverSet<string>();
    set.add("a").add("b");
    for (let round = 0; round < MANY; round++) set.add("a").add("c").delete("b");
    expect([...set]).toEqual(["a", "c"]);
    expect(set.size).toBe(2);
    expect(set.delete("c")).toBe(true);
    expect(set.delete("c")).toBe(false);
  });
});
