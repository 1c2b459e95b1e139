import { create, toBinary } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";

const REQUEST = ".grpc.health.v1.HealthCheckRequest";
const RESPONSE = ".grpc.health.v1.HealthCheckResponse";

/**
 * The encoded file that describes the standard health service, for reflection. The package that implements the
 * service has one too, but what it makes of it is not a valid description.
 */
export const HEALTH_FILE: Uint8Array = toBinary(
  FileDescriptorProtoSchema,
  create(FileDescriptorProtoSchema, {
    name: "grpc/health/v1/health.proto",
    package: "grpc.health.v1",
    syntax: "proto3",
    messageType: [
      {
        name: "HealthCheckRequest",
        field: [
          { name: "service", jsonName: "service", number: 1, type: Type.STRING, label: Label.OPTIONAL },
        ],
      },
      {
        name: "HealthCheckResponse",
        field: [
          {
            name: "status",
            jsonName: "status",
            number: 1,
            type: Type.ENUM,
            label: Label.OPTIONAL,
            typeName: `${RESPONSE}.ServingStatus`,
          },
        ],
        enumType: [
          {
            name: "ServingStatus",
            value: [
              { name: "UNKNOWN", number: 0 },
              { name: "SERVING", number: 1 },
              { name: "NOT_SERVING", number: 2 },
              { name: "SERVICE_UNKNOWN", number: 3 },
            ],
          },
        ],
      },
    ],
    service: [
      {
        name: "Health",
        method: [
          { name: "Check", inputType: REQUEST, outputType: RESPONSE },
          { name: "Watch", inputType: REQUEST, outputType: RESPONSE, serverStreaming: true },
        ],
      },
    ],
  }),
);
