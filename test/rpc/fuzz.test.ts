import { type DescMethod, type Message, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { HeadwayService } from "../../gen/es/headway/v1/headway_service_pb.js";
import { SystemClock } from "../../src/core/clock.ts";
import { createHandlers } from "../../src/rpc/handlers.ts";
import { RpcError } from "../../src/rpc/status.ts";
import { Dispatcher } from "../../src/server/dispatcher.ts";
import { grpcServiceDefinition } from "../../src/server/grpc-definition.ts";
import { ServerCall } from "../../src/server/server-call.ts";
import { fakeServices } from "../server/fake-services.ts";

const clock = new SystemClock();
const dispatcher = new Dispatcher({
  handlers: createHandlers(fakeServices(), clock),
  authenticate: () => ({ tenant: "default" }),
  authenticateAdmin: () => ({ tenant: "admin" }),
  clock,
  logger: pino({ level: "silent" }),
  tracing: false,
  logRequests: false,
  onRefusal: () => {},
});
const definition = grpcServiceDefinition(HeadwayService);

/** How an RPC with these bytes as its request ends. */
async function codeOf(method: DescMethod, bytes: Uint8Array): Promise<string> {
  const request = definition[method.localName]!.requestDeserialize(Buffer.from(bytes));
  const call = new ServerCall({ deadlineMs: undefined, metadata: () => undefined });
  try {
    if (method.methodKind === "unary") {
      const response: Message = await dispatcher.unary(method, request, call);
      toBinary(method.output, response);
    } else {
      for await (const response of dispatcher.stream(method, request, call)) {
        toBinary(method.output, response);
        // It goes on until its caller leaves.
        if (method.name === "WatchUsage") break;
      }
    }
    return "OK";
  } catch (error) {
    return error instanceof RpcError ? error.status.code : String(error);
  }
}

/** Bytes that are mostly fields of protobuf: number, wire type, and a content that may be fields again. */
const { message } = fc.letrec<{ message: Uint8Array; field: Uint8Array }>((tie) => ({
  message: fc.array(tie("field"), { maxLength: 6 }).map((fields) => Buffer.concat(fields)),
  field: fc
    .tuple(
      fc.integer({ min: 1, max: 24 }),
      fc.oneof(
        { maxDepth: 5 },
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ({ type: 0, bytes: varint(value) })),
        fc.double().map((value) => ({ type: 1, bytes: doubleBytes(value) })),
        fc.string({ maxLength: 200 }).map((value) => delimited(Buffer.from(value))),
        tie("message").map(delimited),
      ),
    )
    .map(([number, { type, bytes }]) => Buffer.concat([varint(BigInt((number << 3) | type)), bytes])),
}));

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function delimited(content: Uint8Array): { readonly type: number; readonly bytes: Buffer } {
  return { type: 2, bytes: Buffer.concat([varint(BigInt(content.length)), content]) };
}

const methods = HeadwayService.methods.filter(({ methodKind }) => methodKind !== "bidi_streaming");

describe("whatever is sent, no request is a defect of ours", () => {
  it.each(methods.map((method) => [method.name, method] as const))("%s", async (_, method) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(message, fc.uint8Array({ maxLength: 100 })), async (bytes) => {
        const code = await codeOf(method, bytes);
        expect(["OK", "INVALID_ARGUMENT", "NOT_FOUND"]).toContain(code);
      }),
      { numRuns: 300 },
    );
  });
});
