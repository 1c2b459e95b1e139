import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  AcquireSlotRequestSchema,
  RenewSlotRequestSchema,
  SettleSlotRequestSchema,
  SlotOutcome,
} from "../../gen/es/headway/v1/slots_pb.js";
import {
  grantToProto,
  readAcquireSlot,
  readReleaseSlot,
  readRenewSlot,
  readSettleSlot,
} from "../../src/rpc/convert-slots.ts";
import type { Reading } from "../../src/rpc/violations.ts";

function wrongFields(read: Reading<unknown>): string[] {
  return read.kind === "refused" ? read.fieldViolations!.map(({ field }) => field) : [];
}

type AcquireInit = MessageInitShape<typeof AcquireSlotRequestSchema>;
const acquire = (init: AcquireInit) => readAcquireSlot(create(AcquireSlotRequestSchema, init));

describe("the tokens of an acquire", () => {
  const U = undefined;
  const cases: [string, AcquireInit, (number | undefined)[]][] = [
    ["none", {}, [0, U, U]],
    ["input", { inputTokens: 5n }, [5, U, U]],
    ["output", { maxOutputTokens: 7n }, [0, 7, 7]],
    ["both", { inputTokens: 5n, maxOutputTokens: 7n }, [5, 7, 12]],
    ["total", { totalTokens: 12n }, [U, U, 12]],
    ["total and input", { totalTokens: 12n, inputTokens: 5n }, [5, 7, 12]],
    ["total and output", { totalTokens: 12n, maxOutputTokens: 7n }, [5, 7, 12]],
    ["all, with more in total", { totalTokens: 20n, inputTokens: 5n, maxOutputTokens: 7n }, [5, 7, 20]],
  ];
  it.each(cases)("%s", (_, init, [inputTokens, outputTokens, totalTokens]) => {
    expect(acquire(init)).toMatchObject({
      kind: "valid",
      value: { inputTokens, outputTokens, totalTokens },
    });
  });
});

describe("an acquire is refused for", () => {
  const cases: [string, AcquireInit, string[]][] = [
    ["negative tokens", { inputTokens: -1n, maxOutputTokens: -2n }, ["input_tokens", "max_output_tokens"]],
    ["a total below its parts", { totalTokens: 5n, inputTokens: 3n, maxOutputTokens: 3n }, ["total_tokens"]],
    ["huge tokens", { totalTokens: 2n ** 62n }, ["total_tokens"]],
    ["a lease of nothing", { leaseDuration: {} }, ["lease_duration"]],
    ["a negative lease", { leaseDuration: { seconds: -5n } }, ["lease_duration"]],
    ["a negative wait", { maxWait: { nanos: -1 } }, ["max_wait"]],
    ["an empty model", { models: [""] }, ["models[0]"]],
  ];
  it.each(cases)("%s", (_, init, fields) => {
    expect(wrongFields(acquire(init))).toEqual(fields);
  });
});

type SettleInit = MessageInitShape<typeof SettleSlotRequestSchema>;
const settle = (init: SettleInit) =>
  readSettleSlot(create(SettleSlotRequestSchema, { slotId: "s", ...init }));

describe("the usage of a settlement", () => {
  const cases: [string, SettleInit["usage"], object | undefined][] = [
    ["not given", undefined, undefined],
    ["empty", {}, undefined],
    [
      "both sides",
      { inputTokens: 1n, outputTokens: 2n },
      { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
    ],
    ["the total alone", { totalTokens: 9n }, { totalTokens: 9 }],
    [
      "one side and the total",
      { outputTokens: 2n, totalTokens: 9n },
      { inputTokens: 7, outputTokens: 2, totalTokens: 9 },
    ],
    ["one side alone", { inputTokens: 4n }, { inputTokens: 4 }],
    [
      "with parts",
      { inputTokens: 4n, outputTokens: 5n, cachedInputTokens: 4n, reasoningTokens: 0n, estimated: true },
      {
        inputTokens: 4,
        outputTokens: 5,
        totalTokens: 9,
        cachedInputTokens: 4,
        reasoningTokens: 0,
        estimated: true,
      },
    ],
  ];
  it.each(cases)("%s", (_, usage, expected) => {
    const read = settle(usage === undefined ? {} : { usage });
    expect(read.kind === "valid" && read.value.usage).toEqual(expected);
  });
});

describe("a settlement is refused for", () => {
  const cases: [string, SettleInit, string[]][] = [
    ["no slot", { slotId: "" }, ["slot_id"]],
    ["an unknown outcome", { outcome: 99 as SlotOutcome }, ["outcome"]],
    ["a status that HTTP does not have", { providerStatusCode: 99 }, ["provider_status_code"]],
    ["a negative delay", { retryAfter: { seconds: -1n } }, ["retry_after"]],
    [
      "more cached than read",
      { usage: { inputTokens: 1n, cachedInputTokens: 2n } },
      ["usage.cached_input_tokens"],
    ],
    [
      "more reasoning than written",
      { usage: { outputTokens: 1n, reasoningTokens: 2n } },
      ["usage.reasoning_tokens"],
    ],
    ["a total below its parts", { usage: { inputTokens: 5n, totalTokens: 4n } }, ["usage.total_tokens"]],
    ["negative tokens", { usage: { outputTokens: -1n } }, ["usage.output_tokens"]],
  ];
  it.each(cases)("%s", (_, init, fields) => {
    expect(wrongFields(settle(init))).toEqual(fields);
  });

  it("nothing when it says only which slot", () => {
    expect(settle({})).toEqual({
      kind: "valid",
      value: {
        slotId: "s",
        outcome: "succeeded",
        usage: undefined,
        providerStatusCode: undefined,
        retryAfterMs: undefined,
        providerHeaders: {},
      },
    });
  });
});

it("headers of the provider come with lower-case names", () => {
  const read = settle({ outcome: SlotOutcome.RATE_LIMITED, providerHeaders: { "Retry-After": "7" } });
  expect(read).toMatchObject({ value: { outcome: "rate_limited", providerHeaders: { "retry-after": "7" } } });
});

it("a release and a renewal need a slot", () => {
  expect(wrongFields(readReleaseSlot({ slotId: "" }))).toEqual(["slot_id"]);
  const renew = create(RenewSlotRequestSchema, { leaseDuration: { seconds: 0n } });
  expect(wrongFields(readRenewSlot(renew))).toEqual(["slot_id", "lease_duration"]);
});

it("a grant keeps fractions of milliseconds in durations and rounds its end to whole ones", () => {
  const grant = grantToProto({
    kind: "granted",
    slotId: "s",
    model: "a/b",
    deployment: "a/b",
    reservedTokens: 5,
    waitedMs: 1.25,
    startWithinMs: 999.9999999,
    expireWallMs: 1_000.4,
    waitCauses: ["daily_window"],
  });
  expect(grant).toMatchObject({
    waited: { seconds: 0n, nanos: 1_250_000 },
    startWithin: { seconds: 1n, nanos: 0 },
    expireTime: { seconds: 1n, nanos: 0 },
  });
});
