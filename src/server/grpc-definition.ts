import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { explainTooManyValues, maxValuesOf } from "../rpc/request-bounds.ts";
import { countFields } from "../rpc/wire/count-fields.ts";
import { messageReader, messageWriter } from "../rpc/wire/message-codec.ts";
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
  const most = maxValuesOf(desc.input);
  const readRequest = messageReader(desc.input);
  const writeRequest = messageWriter(desc.input);
  return {
    desc,
    path: `/${desc.parent.typeName}/${desc.name}`,
    requestStream: desc.methodKind === "client_streaming" || desc.methodKind === "bidi_streaming",
    responseStream: desc.methodKind === "server_streaming" || desc.methodKind === "bidi_streaming",
    // Thrown errors would become INTERNAL, although it is the caller who is wrong.
    requestDeserialize: (bytes) => {
      if (bytes.length > most && countFields(desc.input, bytes, most) > most)
        return new MalformedRequest(desc.input.typeName, explainTooManyValues(most));
      try {
        return readRequest(bytes);
      } catch {
        return new MalformedRequest(desc.input.typeName);
      }
    },
    requestSerialize: (request) => writeRequest(request as Message),
    responseSerialize: messageWriter(desc.output),
    responseDeserialize: messageReader(desc.output),
  };
}
