import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { MalformedRequest } from "./malformed-request.ts";

/** A method that has its description at hand. */
export type GrpcMethod = MethodDefinition<Message | MalformedRequest, Message> & {
  readonly desc: DescMethod;
};

/** A service of protobuf-es in the words of grpc-js. */
export function grpcServiceDefinition(service: DescService): ServiceDefinition & Record<string, GrpcMethod> {
  return Object.fromEntries(service.methods.map((method) => [method.localName, grpcMethod(method)]));
}

function grpcMethod(desc: DescMethod): GrpcMethod {
  return {
    desc,
    path: `/${desc.parent.typeName}/${desc.name}`,
    requestStream: desc.methodKind === "client_streaming" || desc.methodKind === "bidi_streaming",
    responseStream: desc.methodKind === "server_streaming" || desc.methodKind === "bidi_streaming",
    // Thrown errors would become INTERNAL, although it is the caller who is wrong.
    requestDeserialize: (bytes) => {
      try {
        return fromBinary(desc.input, bytes);
      } catch {
        return new MalformedRequest(desc.input.typeName);
      }
    },
    requestSerialize: (request) => asBuffer(toBinary(desc.input, request as Message)),
    responseSerialize: (response) => asBuffer(toBinary(desc.output, response)),
    responseDeserialize: (bytes) => fromBinary(desc.output, bytes),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
