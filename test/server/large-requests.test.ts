import { brotliCompressSync, gzipSync } from "node:zlib";
import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompleteRequestSchema } from "../../gen/es/headway/v1/complete_pb.js";
import { StreamCompleteRequestSchema } from "../../gen/es/headway/v1/stream_complete_pb.js";
import { MAX_VALUES } from "../../src/rpc/request-bounds.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const SERVICE = "headway.v1.HeadwayService";
const MODEL = "echo/echo";
const MEGABYTE = 2 ** 20;
/** Large enough to be looked into, with all that is hard to read, and one word, which is echoed in one piece. */
const TEXT = 'large_"text"_é漢🙈_\\_'.repeat(10_000);
const TOO_MANY = ask("", { model: MODEL, stopSequences: Array.from({ length: MAX_VALUES }, () => "a") });

let headway: Headway;
beforeAll(async () => {
  headway = await startHeadway({
    config: "providers: {echo: {limits: {rpm: 1000000, tpm: 100000000000}}}",
  });
});
afterAll(() => headway.close());

const plain = (bytes: Buffer) => bytes;
function enveloped(bytes: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
const compressed = (bytes: Buffer) => enveloped(gzipSync(bytes), 1);

type Init = ReturnType<typeof ask>;
const unaryProto = (init: Init) =>
  Buffer.from(toBinary(CompleteRequestSchema, create(CompleteRequestSchema, init)));
const unaryJson = (init: Init) =>
  Buffer.from(toJsonString(CompleteRequestSchema, create(CompleteRequestSchema, init)));
const stream = (request: Init) => create(StreamCompleteRequestSchema, { request });
const streamProto = (init: Init) => Buffer.from(toBinary(StreamCompleteRequestSchema, stream(init)));
const streamJson = (init: Init) => Buffer.from(toJsonString(StreamCompleteRequestSchema, stream(init)));

interface Way {
  readonly type: string;
  readonly method: string;
  readonly encode: (init: Init) => Buffer;
  readonly pack: (bytes: Buffer) => Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const WAYS: readonly Way[] = [
  ...(["application/json", "application/proto"] as const).flatMap((type) => {
    const way = { type, method: "Complete", encode: type === "application/json" ? unaryJson : unaryProto };
    return [
      { ...way, pack: plain, headers: {} },
      { ...way, pack: (bytes: Buffer) => gzipSync(bytes), headers: { "content-encoding": "gzip" } },
      { ...way, pack: (bytes: Buffer) => brotliCompressSync(bytes), headers: { "content-encoding": "br" } },
    ];
  }),
  ...(["application/connect+json", "application/connect+proto"] as const).flatMap((type) => {
    const encode = type === "application/connect+json" ? streamJson : streamProto;
    const way = { type, method: "StreamComplete", encode };
    return [
      { ...way, pack: enveloped, headers: {} },
      { ...way, pack: compressed, headers: { "connect-content-encoding": "gzip" } },
    ];
  }),
  {
    type: "application/grpc-web+proto",
    method: "Complete",
    encode: unaryProto,
    pack: enveloped,
    headers: {},
  },
  {
    type: "application/grpc-web+proto",
    method: "Complete",
    encode: unaryProto,
    pack: compressed,
    headers: { "grpc-encoding": "gzip" },
  },
];

/** `isChunked`: without saying how long the body is. */
async function post({ headers, method, type }: Way, body: Buffer, isChunked = false): Promise<Buffer> {
  const response = await fetch(`${headway.httpUrl}/${SERVICE}/${method}`, {
    method: "POST",
    headers: { ...headers, "content-type": type },
    body: isChunked ? ReadableStream.from([body.subarray(0, 7), body.subarray(7)]) : body,
    duplex: "half",
  } as RequestInit);
  return Buffer.from(await response.arrayBuffer());
}

const WORDS = "send less at a time";

describe.each(WAYS)("a large request of $method as $type with $headers", (way) => {
  const { encode, pack } = way;
  const written = way.type.endsWith("json") ? JSON.stringify(TEXT).slice(1, -1) : TEXT;

  it.each([
    ["with its length", false],
    ["in chunks", true],
  ])("is read as it is, %s", async (_, isChunked) => {
    const body = pack(encode(ask(TEXT, { model: MODEL })));
    expect((await post(way, body, isChunked)).includes(written)).toBe(true);
  });

  it.each([
    ["with its length", false],
    ["in chunks", true],
  ])("of too many values is refused, %s", async (_, isChunked) => {
    const answer = decodeURIComponent(
      (await post(way, pack(encode(TOO_MANY)), isChunked)).toString("latin1"),
    );
    expect(answer).toContain(WORDS);
    expect(answer).toContain(MAX_VALUES.toLocaleString("en"));
  });
});

describe("a large request", () => {
  const [json] = WAYS as [Way];
  const connectStream = WAYS.find(({ type }) => type === "application/connect+proto")!;

  it("of too many values is refused with a reason at the gRPC door", async () => {
    await expect(headway.grpc.complete(TOO_MANY)).rejects.toThrow(WORDS);
    await expect(headway.grpc.complete(ask(TEXT, { model: MODEL }))).resolves.toBeDefined();
  });

  it("that has a key twice is refused", async () => {
    const body = unaryJson(ask(TEXT, { model: MODEL })).toString();
    const answer = await post(json, Buffer.from(`{"model":"echo/nobody",${body.slice(1)}`));
    expect(answer.toString()).toContain("duplicate object key");
    expect(answer.toString()).toContain("INVALID_REQUEST");
  });

  it("that is cut off is refused with the reason", async () => {
    const body = unaryJson(ask(TEXT, { model: MODEL }));
    const answer = await post(json, body.subarray(0, -10));
    expect(answer.toString()).toContain("cannot decode message headway.v1.CompleteRequest from JSON");
    expect(answer.toString()).toContain("INVALID_REQUEST");
  });

  it("in a second message where there may be one is not read either", async () => {
    const first = enveloped(streamProto(ask("small", { model: MODEL })));
    const answer = await post(connectStream, Buffer.concat([first, enveloped(streamProto(TOO_MANY))]));
    expect(answer.toString()).toContain(WORDS);
  });

  it("before something that is broken is not read either", async () => {
    const body = Buffer.concat([enveloped(streamProto(TOO_MANY)), Buffer.from([0])]);
    expect((await post(connectStream, body)).toString()).toContain(WORDS);
  });

  it.each([
    ["as it is", {}, plain],
    ["compressed", { "content-encoding": "gzip" }, (bytes: Buffer) => gzipSync(bytes)],
  ] as const)("of more bytes than may be is refused, %s", async (_, headers, pack) => {
    const body = pack(unaryJson(ask("a".repeat(17 * MEGABYTE), { model: MODEL })));
    const answer = await post({ ...json, headers }, body, true);
    expect(JSON.parse(answer.toString())).toMatchObject({ code: "resource_exhausted" });
  });
});
