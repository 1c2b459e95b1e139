import { expect, onTestFinished, test } from "vitest";
import type { AnswerBounds, AnswerStore } from "../../../src/completion/cache/answer-store.ts";
import type { Clock } from "../../../src/core/clock.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";

const TTL_MS = 60_000;
const ROOMY: AnswerBounds = { maxEntryCount: 100, maxBytes: 10_000 };

/** What every store of answers must do. */
export function answerStoreContract(
  open: (options: { readonly bounds: AnswerBounds; readonly clock: Clock }) => Promise<AnswerStore>,
): void {
  const start = async (bounds = ROOMY) => {
    const clock = new ManualClock();
    const store = await open({ bounds, clock });
    onTestFinished(() => store.close());
    const put = (key: string, value: Uint8Array, tenant = "one") =>
      store.put({ key, tenant, value, expiresWallMs: clock.wallMs() + TTL_MS });
    const kept = async (...keys: string[]) => {
      const values = await Promise.all(keys.map((key) => store.get(key)));
      return keys.filter((_, index) => values[index] !== undefined);
    };
    return { clock, store, put, kept };
  };
  const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill);

  test("gives what was put, and nothing for another key", async () => {
    const { put, store } = await start();
    put("a", bytes(3, 7));
    expect(await store.get("a")).toEqual(bytes(3, 7));
    expect(await store.get("b")).toBeUndefined();
  });

  test("keeps what was put last under a key", async () => {
    const { put, store } = await start({ maxEntryCount: 1, maxBytes: 5 });
    put("a", bytes(3, 7));
    put("a", bytes(4, 8));
    expect(await store.get("a")).toEqual(bytes(4, 8));
  });

  test("keeps it until it expires, and not longer", async () => {
    const { clock, put, kept } = await start();
    put("a", bytes(3));
    clock.advance(TTL_MS - 1);
    expect(await kept("a")).toEqual(["a"]);
    clock.advance(1);
    expect(await kept("a")).toEqual([]);
  });

  test("lets go of what was used longest ago when there are too many", async () => {
    const { put, kept } = await start({ maxEntryCount: 3, maxBytes: 10_000 });
    for (const key of ["a", "b", "c"]) put(key, bytes(3));
    await kept("a");
    put("d", bytes(3));
    expect(await kept("a", "b", "c", "d")).toEqual(["a", "c", "d"]);
  });

  test("lets go of as many as make room in bytes, keys included", async () => {
    const { put, kept } = await start({ maxEntryCount: 100, maxBytes: 1_000 });
    for (const key of ["a", "b", "c", "d"]) put(key, bytes(240));
    put("e", bytes(480));
    expect(await kept("a", "b", "c", "d", "e")).toEqual(["c", "d", "e"]);
  });

  test("lets go of what the tenant with the most answers used longest ago, whoever has come last", async () => {
    const { put, kept } = await start({ maxEntryCount: 4, maxBytes: 10_000 });
    put("small", bytes(3), "small");
    for (const key of ["a", "b", "c", "d", "e"]) put(key, bytes(3), "busy");
    expect(await kept("small", "a", "b", "c", "d", "e")).toEqual(["small", "c", "d", "e"]);
    put("other", bytes(3), "small");
    expect(await kept("small", "other", "c", "d", "e")).toEqual(["small", "other", "d", "e"]);
  });

  test("lets go of answers of the tenant with the most bytes when those are too many", async () => {
    const { put, kept } = await start({ maxEntryCount: 100, maxBytes: 1_000 });
    for (const key of ["a", "b", "c"]) put(key, bytes(10), "many");
    put("d", bytes(490), "large");
    put("e", bytes(490), "large");
    expect(await kept("a", "b", "c", "d", "e")).toEqual(["a", "b", "c", "e"]);
  });

  test("does not keep what alone is too large, and keeps the others", async () => {
    const { put, kept } = await start({ maxEntryCount: 100, maxBytes: 1_000 });
    put("a", bytes(3));
    put("b", bytes(1_000));
    expect(await kept("a", "b")).toEqual(["a"]);
  });

  test("makes room by what has expired or not", async () => {
    const { clock, put, kept } = await start({ maxEntryCount: 2, maxBytes: 10_000 });
    put("a", bytes(3));
    clock.advance(TTL_MS);
    put("b", bytes(3));
    put("c", bytes(3));
    expect(await kept("a", "b", "c")).toEqual(["b", "c"]);
  });
}
