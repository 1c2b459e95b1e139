import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CompleteBatchRequestSchema } from "../../../gen/es/headway/v1/complete_batch_pb.js";
import { CompleteRequestSchema } from "../../../gen/es/headway/v1/complete_pb.js";
import { AcquireSlotRequestSchema } from "../../../gen/es/headway/v1/slots_pb.js";
import { countFields } from "../../../src/rpc/wire/count-fields.ts";

const MOST = 1_000;
const count = (desc: DescMessage, bytes: Uint8Array) => countFields(desc, bytes, MOST);
const text = (value: string) => ({ parts: [{ part: { case: "text" as const, value } }] });

describe("countFields", () => {
  it.each<[string, number, MessageInitShape<typeof CompleteRequestSchema>]>([
    ["nothing", 0, {}],
    ["a text as one, however long", 1, { model: "a".repeat(100_000) }],
    ["a number as one", 1, { maxAttempts: 300 }],
    ["a double as one", 1, { temperature: 0.5 }],
    ["each item of a list", 3, { stopSequences: ["a", "b", "c"] }],
    ["an entry of a map with its key and its value", 3, { tags: { a: "b" } }],
    ["a message and what is in it", 4, { messages: [{ role: 2, ...text("a") }] }],
    ["an empty message", 2, { messages: [{}, {}] }],
    // The struct, an entry with key and value, and the value's own field.
    ["what is in a struct", 5, { providerOptions: { a: 1 } }],
    ["what is deep in a struct", 1 + 4 + 4, { providerOptions: { a: { b: true } } }],
    ["the items of a list in a struct", 1 + 4 + 2 * 2, { providerOptions: { a: [1, 2] } }],
  ])("counts %s", (_, expected, init) => {
    const bytes = toBinary(CompleteRequestSchema, create(CompleteRequestSchema, init));
    expect(count(CompleteRequestSchema, bytes)).toBe(expected);
  });

  it("counts what is in messages of messages", () => {
    const batch = create(CompleteBatchRequestSchema, {
      requests: [{ messages: [text("a"), text("b")] }, {}],
    });
    expect(count(CompleteBatchRequestSchema, toBinary(CompleteBatchRequestSchema, batch))).toBe(2 + 2 * 3);
  });

  it("counts fields that the message does not have", () => {
    const UNKNOWN = [0xf8, 0x3f, 1];
    expect(count(AcquireSlotRequestSchema, Buffer.from([...UNKNOWN, ...UNKNOWN]))).toBe(2);
  });

  it("stops soon above the most", () => {
    const bytes = Buffer.alloc(1_000_000, Buffer.from([0x1a, 0]));
    expect(count(CompleteRequestSchema, bytes)).toBe(MOST + 1);
  });

  it.each([
    ["a length beyond the end", [0x1a, 0x7f]],
    ["a number that does not end", [0x18, 0xff, 0xff]],
    ["a wire type that there is not", [0x1f, 0x1f, 0x1f]],
    ["groups that do not end", [0x1b, 0x1b, 0x1b]],
  ])("comes to an end with %s", (_, bytes) => {
    expect(count(CompleteRequestSchema, Buffer.from(bytes))).toBeLessThanOrEqual(bytes.length);
  });

  it("comes to an end with what is deeper than a decoder goes", () => {
    let bytes = Buffer.from([0x0a, 0]);
    for (let depth = 0; depth < 2_000; depth++) {
      const head = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
      bytes = Buffer.concat([Buffer.from([0x0a, ...head]), bytes]);
    }
    expect(count(CompleteBatchRequestSchema, bytes)).toBeLessThan(MOST);
  });
});
