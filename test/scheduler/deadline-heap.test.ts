import { expect, it } from "vitest";
import { DeadlineHeap } from "../../src/scheduler/deadline-heap.ts";

it("keeps few items that have ended, however late their deadlines are", () => {
  const ended = new Set<number>();
  let lookedAt = 0;
  const heap = new DeadlineHeap<number>(
    (item) => 1_000_000 + item,
    (item) => {
      lookedAt++;
      return !ended.has(item);
    },
  );
  for (let item = 0; item < 2_000; item++) {
    heap.push(item);
    ended.add(item);
    heap.noteDead();
  }
  lookedAt = 0;
  expect(heap.live()).toEqual([]);
  expect(lookedAt).toBeLessThan(200);
});
