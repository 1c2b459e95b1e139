import { create, toBinary, toJson } from "@bufbuild/protobuf";
import { HeadwayService } from "../../gen/es/headway/v1/headway_service_pb.js";
import { Role } from "../../gen/es/headway/v1/message_pb.js";
import { hostileFields, pathText, withField } from "../../test/support/service/hostile-values.ts";

/** A request that nobody should send, or that is as large as can be. */
export interface BadRequest {
  /** For people. */
  readonly kind: string;
  /** As `Complete`. */
  readonly method: string;
  /** Its bytes for a door. */
  readonly encode: (isJson: boolean) => Buffer;
}

type MethodName =
  | "complete"
  | "streamComplete"
  | "completeBatch"
  | "acquireSlot"
  | "settleSlot"
  | "estimateTokens";

const MEGABYTE = 1_000_000;
const ECHO = "echo/echo";
/** A model whose context is far smaller than what is sent. */
const SMALL = "openai/gpt-4o-mini";
const HUNDRED_THOUSAND = 100_000;
const MILLION = 1_000_000;

const TEXTS: readonly (readonly [string, string])[] = [
  ["20,000 × a", "a".repeat(20_000)],
  ["10 MB of one letter", "a".repeat(10 * MEGABYTE)],
  ["10 MB of words", "lorem ipsum dolor ".repeat(555_555)],
  ["10 MB of signs from everywhere", "é漢🙈 ".repeat(MEGABYTE)],
];

/** Requests of every kind of size, by the field that is too large. */
export const BAD_REQUESTS: readonly BadRequest[] = [
  ...TEXTS.flatMap(([kind, text]) => [
    request(`${kind}, echoed`, "complete", ask(ECHO, [text])),
    request(`${kind}, for a small model`, "complete", ask(SMALL, [text])),
    request(`${kind}, estimated`, "estimateTokens", ask(SMALL, [text])),
    request(`${kind}, as the name of a model`, "acquireSlot", { models: [text] }),
    request(`${kind}, as a tag`, "acquireSlot", { models: [ECHO], tags: { a: text } }),
    request(`${kind}, as the name of a slot`, "settleSlot", { slotId: text }),
    request(`${kind}, as a header`, "settleSlot", { slotId: "slot_x", providerHeaders: { a: text } }),
    request(`${kind}, streamed`, "streamComplete", {
      request: { ...ask(ECHO, [text]), maxOutputTokens: 5n },
    }),
  ]),
  request("17 MB of one letter", "complete", ask(ECHO, ["a".repeat(17 * MEGABYTE)])),
  request("100,000 messages, echoed", "complete", ask(ECHO, Array(HUNDRED_THOUSAND).fill("a"))),
  request("100,000 messages, estimated", "estimateTokens", ask(SMALL, Array(HUNDRED_THOUSAND).fill("a"))),
  request("100,000 messages, streamed", "streamComplete", {
    request: ask(ECHO, Array(HUNDRED_THOUSAND).fill("a")),
  }),
  repeated("millions of empty messages", "Complete", [0x1a, 0], "messages"),
  repeated("millions of empty tools", "Complete", [0x22, 0], "tools"),
  repeated("millions of empty requests", "CompleteBatch", [0x0a, 0], "requests"),
  request("1,000,000 tags", "acquireSlot", {
    models: [ECHO],
    tags: Object.fromEntries(Array.from({ length: MILLION }, (_, index) => [`k${index}`, "v"])),
  }),
  request("1,000,000 values in a schema", "complete", {
    ...ask(ECHO, ["a"]),
    responseFormat: { schema: { type: "object", enum: Array(MILLION).fill(1) } },
  }),
  request("1,000,000 stop sequences", "complete", {
    ...ask(ECHO, ["a"]),
    stopSequences: Array(MILLION).fill("a"),
  }),
  request("10,000 requests in a batch", "completeBatch", {
    requests: Array(10_000).fill({ ...ask(ECHO, ["a"]), maxAttempts: -1 }),
  }),
];

const SENSIBLE = {
  complete: ask(ECHO, ["hello"]),
  acquireSlot: { models: [ECHO], inputTokens: 1n, maxOutputTokens: 1n },
  settleSlot: { slotId: "slot_x", usage: { inputTokens: 1n } },
  estimateTokens: ask(ECHO, ["hello"]),
} as const;

/** A sensible request of each kind, with one field after the other spoiled in every way that a door can carry. */
export function oddRequests(isJson: boolean): BadRequest[] {
  return (Object.keys(SENSIBLE) as (keyof typeof SENSIBLE)[]).flatMap((name) => {
    const odd = hostileFields(HeadwayService.method[name].input, 4).map(({ path, label, value }) =>
      request(`${pathText(path)} ${label}`, name, withField(SENSIBLE[name], path, value) as object),
    );
    return odd.filter((one) => canBeEncoded(one, isJson));
  });
}

/** JSON has no times and numbers out of range. */
function canBeEncoded({ encode }: BadRequest, isJson: boolean): boolean {
  try {
    return encode(isJson).length > 0;
  } catch {
    return false;
  }
}

function ask(model: string, texts: readonly string[]) {
  const messages = texts.map((value) => ({
    role: Role.USER,
    parts: [{ part: { case: "text" as const, value } }],
  }));
  return { model, messages };
}

function request(kind: string, name: MethodName, init: object): BadRequest {
  const method = HeadwayService.method[name];
  return {
    kind,
    method: method.name,
    encode(isJson) {
      const message = create(method.input, init);
      return isJson
        ? Buffer.from(JSON.stringify(toJson(method.input, message)))
        : Buffer.from(toBinary(method.input, message));
    },
  };
}

/** 16 MB of a field that is empty, each of which takes two bytes, or three as JSON. */
function repeated(kind: string, method: string, bytes: readonly number[], field: string): BadRequest {
  const encode = (isJson: boolean): Buffer =>
    isJson
      ? Buffer.from(`{"${field}":[${"{},".repeat(5 * MEGABYTE)}{}]}`)
      : Buffer.alloc(16 * MEGABYTE, Buffer.from(bytes));
  return { kind, method, encode };
}
