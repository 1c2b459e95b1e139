import { gzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { ErrorInfoSchema, StatusSchema } from "../../src/rpc/google-rpc.ts";
import { startFakeService } from "./running-service.ts";

const NOISE = Buffer.from([0xff, 0xff, 0xff]);
const SERVICE = "headway.v1.HeadwayService";
const TENANTS = [{ name: "search", token: new Secret("s3cret") }];

const plain = (bytes: Buffer) => bytes;
function enveloped(bytes: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

interface Answer {
  readonly code: string | number;
  readonly message: string;
  readonly reason: string | undefined;
}

function readConnect(error: { code: string; message: string; details?: { debug: { reason: string } }[] }) {
  return { code: error.code, message: error.message, reason: error.details?.[0]?.debug.reason };
}
const readUnary = (body: Buffer): Answer => readConnect(JSON.parse(body.toString()));
const readStream = (body: Buffer): Answer => readConnect(JSON.parse(body.subarray(5).toString()).error);
function readGrpcWeb(body: Buffer): Answer {
  const lines = body.subarray(5).toString().trim().split("\r\n");
  const trailers = new Map(lines.map((line) => line.split(/: ?/, 2) as [string, string]));
  const details = Buffer.from(trailers.get("grpc-status-details-bin") ?? "", "base64");
  const [info] = fromBinary(StatusSchema, details).details;
  return {
    code: Number(trailers.get("grpc-status")),
    message: decodeURIComponent(trailers.get("grpc-message") ?? ""),
    reason: info && fromBinary(ErrorInfoSchema, info.value).reason,
  };
}

const WAYS = [
  { way: "Connect", method: "GetUsage", type: "application/proto", frame: plain, read: readUnary },
  {
    way: "Connect",
    method: "StreamComplete",
    type: "application/connect+proto",
    frame: enveloped,
    read: readStream,
  },
  {
    way: "gRPC-Web",
    method: "GetUsage",
    type: "application/grpc-web+proto",
    frame: enveloped,
    read: readGrpcWeb,
  },
  { way: "gRPC-Web", method: "GetUsage", type: "application/grpc-web", frame: enveloped, read: readGrpcWeb },
  {
    way: "gRPC-Web",
    method: "StreamComplete",
    type: "application/grpc-web+proto",
    frame: enveloped,
    read: readGrpcWeb,
  },
] as const;

async function post(url: string, headers: Record<string, string>, body: Buffer): Promise<Buffer> {
  const response = await fetch(url, { method: "POST", headers, body });
  return Buffer.from(await response.arrayBuffer());
}

describe.each(WAYS)("bytes that are no message, through $way $method as $type", (way) => {
  const { method, type, frame, read } = way;
  const blame = {
    code: way.way === "Connect" ? "invalid_argument" : 3,
    message: `the request is not a valid message of type ${SERVICE.replace("HeadwayService", `${method}Request`)}`,
    reason: "INVALID_REQUEST",
  };

  it("are the caller's fault", async () => {
    const { httpUrl } = await startFakeService();
    const body = await post(`${httpUrl}/${SERVICE}/${method}`, { "content-type": type }, frame(NOISE));
    expect(read(body)).toEqual(blame);
  });

  it("are so when compressed, too", async () => {
    const { httpUrl } = await startFakeService();
    const bytes = gzipSync(NOISE);
    const encoding = way.way === "gRPC-Web" ? "grpc-encoding" : "connect-content-encoding";
    const headers = { "content-type": type, [frame === plain ? "content-encoding" : encoding]: "gzip" };
    const framed = frame === plain ? bytes : enveloped(bytes, 1);
    expect(read(await post(`${httpUrl}/${SERVICE}/${method}`, headers, framed))).toEqual(blame);
  });

  it("tell nothing to who has no token", async () => {
    const { httpUrl } = await startFakeService({}, { tenants: TENANTS });
    const body = await post(`${httpUrl}/${SERVICE}/${method}`, { "content-type": type }, frame(NOISE));
    expect(read(body)).toMatchObject({ reason: "TOKEN_INVALID" });
  });
});

const JSON_WAYS = [
  { way: "Connect", method: "GetUsage", type: "application/json", frame: plain, read: readUnary },
  {
    way: "Connect",
    method: "StreamComplete",
    type: "application/connect+json",
    frame: enveloped,
    read: readStream,
  },
  {
    way: "gRPC-Web",
    method: "GetUsage",
    type: "application/grpc-web+json",
    frame: enveloped,
    read: readGrpcWeb,
  },
] as const;

describe.each(JSON_WAYS)("JSON that is no message, through $way $method", (way) => {
  const { method, type, frame, read } = way;
  const answerTo = async (json: string): Promise<Answer> => {
    const { httpUrl } = await startFakeService();
    const url = `${httpUrl}/${SERVICE}/${method}`;
    return read(await post(url, { "content-type": type }, frame(Buffer.from(json))));
  };
  const code = way.way === "Connect" ? "invalid_argument" : 3;
  const reason = "INVALID_REQUEST";

  it.each([
    ["{", /^cannot decode message headway\.v1\.\w+Request from JSON: Expected property name/],
    ['{"nope": 1}', /from JSON: key "nope" is unknown; the message has \w+/],
    ["[]", /from JSON: Array\(0\)$/],
    ['"100 % wrong"', /from JSON: "100 % wrong"$/],
  ])("%s is refused with the reason", async (json, message) => {
    expect(await answerTo(json)).toEqual({ code, reason, message: expect.stringMatching(message) });
  });

  it("is not told to who has no token", async () => {
    const { httpUrl } = await startFakeService({}, { tenants: TENANTS });
    const url = `${httpUrl}/${SERVICE}/${method}`;
    const body = await post(url, { "content-type": type }, frame(Buffer.from("{")));
    expect(read(body)).toMatchObject({ reason: "TOKEN_INVALID" });
  });
});

describe("JSON that is nearly right", () => {
  it.each([
    ["GetUsage", { modles: ["a/b"] }, 'did you mean "models"?'],
    ["GetUsage", { timeframe: "DAY" }, "write one of TIMEFRAME_MINUTE, TIMEFRAME_HOUR, "],
    [
      "Complete",
      { messages: [{ role: "user" }] },
      "write one of ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT, ROLE_TOOL",
    ],
    ["Complete", { messages: [{ role: "ROLE_USER", content: "hi" }] }, "the message has role, parts"],
    ["Complete", { messages: [{ parts: [{ txt: "hi" }] }] }, 'did you mean "text"?'],
  ])("%s %j gets the way out", async (method, request, wayOut) => {
    const { httpUrl } = await startFakeService();
    const body = Buffer.from(JSON.stringify(request));
    const answer = await post(
      `${httpUrl}/${SERVICE}/${method}`,
      { "content-type": "application/json" },
      body,
    );
    expect(readUnary(answer).message).toContain(`; ${wayOut}`);
  });
});
