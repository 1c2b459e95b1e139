import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CompleteResponseSchema } from "../../../gen/es/headway/v1/complete_pb.js";
import { HoldSlotsRequestSchema, HoldSlotsResponseSchema } from "../../../gen/es/headway/v1/hold_slots_pb.js";
import {
  AcquireSlotRequestSchema,
  AcquireSlotResponseSchema,
  SettleSlotRequestSchema,
  SettleSlotResponseSchema,
} from "../../../gen/es/headway/v1/slots_pb.js";
import { messageReader, messageWriter } from "../../../src/rpc/wire/message-codec.ts";
import { PlainReader } from "../../../src/rpc/wire/plain-reader.ts";
import { PlainWriter } from "../../../src/rpc/wire/plain-writer.ts";
import { readHoldSlotsRequest } from "../../../src/rpc/wire/read-slot-requests.ts";
import { writeCompleteResponse } from "../../../src/rpc/wire/write-complete-response.ts";
import { writeHoldSlotsResponse } from "../../../src/rpc/wire/write-slot-responses.ts";

type Init = Record<string, unknown>;

const RUNS = { numRuns: 1500 };
const INT64_MAX = 2n ** 63n - 1n;

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 40 }) },
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ minLength: 110, maxLength: 140 }),
  fc.string({ unit: "grapheme", minLength: 100, maxLength: 150 }),
  fc.constant("x".repeat(4090)),
  fc.constant("é".repeat(5450)),
  fc.constant("a\ud800b"),
  fc.constant("x".repeat(20_000)),
);
const int64 = fc.oneof(
  fc.bigInt(0n, 5000n),
  fc.bigInt(2n ** 28n - 2n, 2n ** 28n + 2n),
  fc.bigInt(2n ** 31n - 2n, 2n ** 31n + 2n),
  fc.bigInt(2n ** 53n - 2n, 2n ** 53n + 2n),
  fc.bigInt(-INT64_MAX - 1n, INT64_MAX),
);
const int32 = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer());
const instant = fc.record({ seconds: int64, nanos: int32 }, { requiredKeys: [] });
const usage = fc.record(
  {
    inputTokens: int64,
    outputTokens: int64,
    cachedInputTokens: int64,
    reasoningTokens: int64,
    totalTokens: int64,
    cacheWriteInputTokens: int64,
    estimated: fc.boolean(),
  },
  { requiredKeys: [] },
);
const cost = fc.record(
  { inputNanoUsd: int64, outputNanoUsd: int64, totalNanoUsd: int64, currencyCode: text, priceSource: text },
  { requiredKeys: [] },
);
const labels = fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, fc.dictionary(text, text, { maxKeys: 3 }));
const acquireRequest = fc.record(
  {
    models: fc.array(text, { maxLength: 3 }),
    inputTokens: int64,
    maxOutputTokens: int64,
    totalTokens: int64,
    maxWait: instant,
    leaseDuration: instant,
    priority: int32,
    tags: labels,
    requestId: text,
  },
  { requiredKeys: [] },
);
const settleRequest = fc.record(
  {
    slotId: text,
    usage,
    outcome: int32,
    providerStatusCode: int32,
    retryAfter: instant,
    providerHeaders: labels,
  },
  { requiredKeys: [] },
);
const acquireResponse = fc.record(
  {
    slotId: text,
    model: text,
    deployment: text,
    reservedTokens: int64,
    waited: instant,
    startWithin: instant,
    expireTime: instant,
    waitCauses: fc.array(int32, { maxLength: 4 }),
  },
  { requiredKeys: [] },
);
const settleResponse = fc.record({ cost, usage }, { requiredKeys: [] });
const renewal = fc.record({ slotId: text, leaseDuration: instant }, { requiredKeys: [] });
const holdRequest = fc.record(
  {
    requestId: text,
    request: fc.oneof(
      named("acquire", acquireRequest),
      named("settle", settleRequest),
      named("renew", renewal),
      named("cancel", text),
    ),
    traceContext: labels,
  },
  { requiredKeys: [] },
);
const holdResponse = fc.record(
  {
    requestId: text,
    response: fc.oneof(
      named("acquired", acquireResponse),
      named("settled", settleResponse),
      named("released", fc.constant({})),
    ),
  },
  { requiredKeys: [] },
);

const part = fc.record({
  part: fc.oneof(
    { weight: 4, arbitrary: named("text", text) },
    named("toolCall", fc.record({ id: text, name: text, argumentsJson: text }, { requiredKeys: [] })),
    named("toolResult", fc.record({ toolCallId: text, content: text })),
  ),
});
const attempt = fc.record(
  {
    model: text,
    deployment: text,
    outcome: int32,
    errorReason: int32,
    errorMessage: text,
    providerStatusCode: int32,
    waited: instant,
    waitCauses: fc.array(int32, { maxLength: 4 }),
    latency: instant,
    firstTokenLatency: instant,
    usage,
    cost,
    cause: int32,
    explanation: text,
  },
  { requiredKeys: [] },
);
const candidate = fc.record(
  {
    model: text,
    deployment: text,
    verdict: int32,
    explanation: text,
    predictedWait: instant,
    likelyWait: instant,
    reservedTokens: int64,
    estimatedCost: cost,
    attemptCount: int32,
  },
  { requiredKeys: [] },
);
const completeResponse = fc.record(
  {
    message: fc.record({ role: int32, parts: fc.array(part, { maxLength: 2 }) }, { requiredKeys: [] }),
    finishReason: int32,
    providerFinishReason: text,
    model: text,
    usage,
    cost,
    attempts: fc.array(attempt, { maxLength: 2 }),
    contextChange: fc.constant({ chunkCount: 2 }),
    cacheHit: fc.boolean(),
    requestId: text,
    traceId: text,
    route: fc.array(candidate, { maxLength: 2 }),
    experiments: fc.array(fc.record({ experiment: text, arm: text }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const REQUESTS: [DescMessage, fc.Arbitrary<Init>][] = [
  [HoldSlotsRequestSchema, holdRequest],
  [AcquireSlotRequestSchema, acquireRequest],
  [SettleSlotRequestSchema, settleRequest],
];
const RESPONSES: [DescMessage, fc.Arbitrary<Init>][] = [
  [HoldSlotsResponseSchema, holdResponse],
  [AcquireSlotResponseSchema, acquireResponse],
  [SettleSlotResponseSchema, settleResponse],
  [CompleteResponseSchema, completeResponse],
];

function named(name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Init> {
  return value.map((of) => ({ case: name, value: of }));
}

/** What a reader makes of bytes; that it refuses them, whatever it says then, is one answer. */
function outcomeOf(read: () => Message): Message | "refused" {
  try {
    return read();
  } catch {
    return "refused";
  }
}

function expectAlike(desc: DescMessage, bytes: Uint8Array): void {
  const own = outcomeOf(() => messageReader(desc)(Buffer.from(bytes)));
  expect(own).toStrictEqual(outcomeOf(() => fromBinary(desc, Buffer.from(bytes))));
}

describe.each(REQUESTS)("reading %s", (desc, inits) => {
  const bytesOf = inits.map((init) => toBinary(desc, create(desc, init)));

  it("reads every message as the generated code does", () => {
    fc.assert(
      fc.property(bytesOf, (bytes) => expectAlike(desc, bytes)),
      RUNS,
    );
  });

  it("merges two messages, the one after the other, as the generated code does", () => {
    fc.assert(
      fc.property(bytesOf, bytesOf, (first, second) => expectAlike(desc, Buffer.concat([first, second]))),
      RUNS,
    );
  });

  it("treats messages that are cut short as the generated code does", () => {
    fc.assert(
      fc.property(bytesOf, fc.nat(), (bytes, cut) =>
        expectAlike(desc, bytes.subarray(0, cut % (bytes.length + 1))),
      ),
      RUNS,
    );
  });

  it("treats messages with a byte changed or put in as the generated code does", () => {
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), isAdded: fc.boolean() });
    fc.assert(
      fc.property(bytesOf, change, (bytes, { at, byte, isAdded }) => {
        const position = at % (bytes.length + 1);
        const rest = bytes.subarray(position + (isAdded ? 0 : 1));
        expectAlike(desc, Buffer.concat([bytes.subarray(0, position), Buffer.from([byte]), rest]));
      }),
      RUNS,
    );
  });

  it("treats any bytes as the generated code does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => expectAlike(desc, bytes)),
      RUNS,
    );
  });
});

describe.each(RESPONSES)("writing %s", (desc, inits) => {
  it("writes the bytes that the generated code writes", () => {
    const write = messageWriter(desc);
    fc.assert(
      fc.property(inits, (init) => {
        const message = create(desc, init);
        expect(Buffer.from(toBinary(desc, message)).equals(write(message))).toBe(true);
      }),
      RUNS,
    );
  });

  it("keeps fields that it does not know", () => {
    const message = create(desc);
    message.$unknown = [{ no: 99, wireType: 0, data: new Uint8Array([7]) }];
    expect(messageWriter(desc)(message)).toEqual(Buffer.from(toBinary(desc, message)));
  });

  it("refuses what the generated code refuses", () => {
    const message = Object.assign(create(desc), {
      waited: {},
      cost: {},
      response: { case: "acquired", value: {} },
    });
    expect(() => toBinary(desc, message)).toThrow();
    expect(() => messageWriter(desc)(message)).toThrow();
  });
});

describe("what is usual", () => {
  it("is read without the generated code", () => {
    const value = { models: ["a/b"], inputTokens: 100n, maxOutputTokens: 200n, maxWait: { seconds: 2n } };
    const request = { requestId: "r1", request: { case: "acquire" as const, value } };
    const bytes = toBinary(HoldSlotsRequestSchema, create(HoldSlotsRequestSchema, request));
    const reader = new PlainReader(Buffer.from(bytes));
    readHoldSlotsRequest(reader);
    expect(reader.hasGivenUp).toBe(false);
  });

  it("is written without the generated code", () => {
    const value = { cost: { totalNanoUsd: 63_000n, currencyCode: "USD" }, usage: { inputTokens: 100n } };
    const response = { requestId: "r1", response: { case: "settled" as const, value } };
    const writer = new PlainWriter();
    writer.start();
    writeHoldSlotsResponse(writer, create(HoldSlotsResponseSchema, response));
    expect(writer.finish()).toBeDefined();
  });

  it("is written without the generated code as an answer, too, in any language", () => {
    const answer = create(CompleteResponseSchema, {
      message: { role: 3, parts: [{ part: { case: "text", value: "Все хорошо. ".repeat(40) } }] },
      finishReason: 1,
      model: "a/b",
      usage: { inputTokens: 12n, outputTokens: 4n, totalTokens: 16n },
      cost: { inputNanoUsd: 1800n, outputNanoUsd: 2400n, totalNanoUsd: 4200n, currencyCode: "USD" },
      attempts: [{ model: "a/b", outcome: 1, waited: {}, latency: { nanos: 1_500_000 }, cause: 1 }],
      route: [{ model: "a/b", verdict: 1, explanation: "the model asked for", reservedTokens: 268n }],
    });
    const writer = new PlainWriter();
    writer.start();
    writeCompleteResponse(writer, answer);
    expect(writer.finish()).toEqual(Buffer.from(toBinary(CompleteResponseSchema, answer)));
  });
});
