import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { observeEvents, usageOfJson } from "../../clients/typescript/src/fetch/observe-body.ts";
import { type ProviderCall, readProviderCall } from "../../clients/typescript/src/fetch/provider-call.ts";

/** The cases that the clients of all languages are tested with. */
const cases = JSON.parse(readFileSync(join(import.meta.dirname, "../../clients/wire-cases.json"), "utf8"));

/** What a case says of usage: a count that is not there must be unknown. */
const withoutUndefined = (value: unknown) => JSON.parse(JSON.stringify(value ?? null));

describe("a request to a provider", () => {
  it.each(cases.requests as { name: string; path: string; body: object; call: object | null }[])(
    "is understood: $name",
    ({ path, body, call }) => {
      const read = readProviderCall(`https://provider.test${path}?alt=sse`, JSON.stringify(body));
      if (call === null) expect(read).toBeUndefined();
      else expect({ ...read, maxOutputTokens: read?.maxOutputTokens ?? null }).toMatchObject(call);
    },
  );

  it("that is not JSON is no call", () => {
    expect(readProviderCall("https://provider.test/v1/chat/completions", "{")).toBeUndefined();
  });

  it("with a large picture is not counted by its bytes", () => {
    const picture = `data:image/png;base64,${"A".repeat(1_000_000)}`;
    const body = JSON.stringify({ model: "m", messages: [{ content: [{ image_url: { url: picture } }] }] });
    expect(readProviderCall("https://provider.test/v1/chat/completions", body)?.inputTokens).toBe(1_603);
  });
});

describe("the usage in an answer", () => {
  it.each(cases.answers as { name: string; wire: "openai"; body: object; usage: object | null }[])(
    "is read: $name",
    ({ wire, body, usage }) => {
      const call = { wire, hideUsage: false } as ProviderCall;
      expect(withoutUndefined(usageOfJson(JSON.stringify(body), call))).toEqual(usage);
    },
  );
});

interface StreamCase {
  readonly name: string;
  readonly wire: "openai";
  readonly hideUsage: boolean;
  readonly events: readonly string[];
  readonly passed: readonly number[];
  readonly usage: object | null;
  readonly isComplete: boolean;
}

describe.each(cases.streams as StreamCase[])(
  "a stream $name",
  ({ events, passed, usage, isComplete, ...call }) => {
    const bytes = Buffer.from(events.join(""));
    const source = (chunkBytes: number) =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += chunkBytes) {
            controller.enqueue(bytes.subarray(at, at + chunkBytes));
          }
          controller.close();
        },
      });

    it.each([1, 7, 100_000])(
      "is handed on in pieces of %i bytes, and its usage is read",
      async (chunkBytes) => {
        const ends: object[] = [];
        const body = observeEvents(source(chunkBytes), call as unknown as ProviderCall, async (end) => {
          ends.push(end);
        });
        expect(await new Response(body).text()).toBe(passed.map((index) => events[index]).join(""));
        expect(withoutUndefined(ends)).toEqual([{ isWhole: true, ...(usage && { usage }) }]);
      },
    );

    it("that the reader leaves before its end is whole only when the provider had said all", async () => {
      const ends: object[] = [];
      const body = observeEvents(source(100_000), call as unknown as ProviderCall, async (end) => {
        ends.push(end);
      });
      const reader = body.getReader();
      await reader.read();
      await reader.cancel();
      expect(ends).toMatchObject([{ isWhole: isComplete }]);
    });
  },
);
