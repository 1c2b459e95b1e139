import { describe, expect, it } from "vitest";
import { Broadcast } from "../../../src/completion/cache/broadcast.ts";

function counting(end: number, isEnded: () => void = () => {}) {
  const asked = { count: 0 };
  async function* source(): AsyncGenerator<number> {
    try {
      for (let value = 0; value < end; value++) {
        asked.count++;
        yield value;
      }
    } finally {
      isEnded();
    }
  }
  return { asked, broadcast: new Broadcast(source()) };
}

async function readAll(broadcast: Broadcast<number>): Promise<number[]> {
  const values: number[] = [];
  for (let index = 0; ; index++) {
    const value = await broadcast.at(index);
    if (value === undefined) return values;
    values.push(value);
  }
}

describe("a broadcast", () => {
  it("gives every reader everything, also one that comes late", async () => {
    const { broadcast } = counting(3);
    expect(await Promise.all([readAll(broadcast), readAll(broadcast)])).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(await readAll(broadcast)).toEqual([0, 1, 2]);
  });

  it("asks the source only as far as somebody reads", async () => {
    const { asked, broadcast } = counting(10);
    await Promise.all([broadcast.at(0), broadcast.at(1), broadcast.at(1)]);
    expect(asked.count).toBe(2);
  });

  it("ends the source when told to", async () => {
    let isEnded = false;
    const { broadcast } = counting(10, () => {
      isEnded = true;
    });
    await broadcast.at(0);
    broadcast.end();
    expect(await broadcast.at(5)).toBeUndefined();
    expect(isEnded).toBe(true);
  });

  it("fails for whoever waits when the source does", async () => {
    async function* source(): AsyncGenerator<number> {
      yield 0;
      throw new Error("broken");
    }
    const broadcast = new Broadcast(source());
    const outcomes = await Promise.allSettled([readAll(broadcast), readAll(broadcast)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await broadcast.at(0)).toBe(0);
  });
});
