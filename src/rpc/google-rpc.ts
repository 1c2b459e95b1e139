import type { DescFile, Message, MessageInitShape } from "@bufbuild/protobuf";
import { create, createFileRegistry } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import type { Any, Duration } from "@bufbuild/protobuf/wkt";
import {
  type FieldDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";

/*
 * The standard messages of google.rpc that errors carry. They are described here, and not in a proto file of ours,
 * so that clients which bring their own copy of them do not get a second one from our stubs.
 */

/** The whole of an error: what the metadata `grpc-status-details-bin` holds. */
export type Status = Message<"google.rpc.Status"> & { code: number; message: string; details: Any[] };

/** Why, for programs. */
export type ErrorInfo = Message<"google.rpc.ErrorInfo"> & {
  reason: string;
  domain: string;
  metadata: { [key: string]: string };
};

/** When to try again. */
export type RetryInfo = Message<"google.rpc.RetryInfo"> & { retryDelay?: Duration | undefined };

/** Which fields are wrong. */
export type BadRequest = Message<"google.rpc.BadRequest"> & {
  fieldViolations: { field: string; description: string }[];
};

/** Which limits or budgets stand in the way. */
export type QuotaFailure = Message<"google.rpc.QuotaFailure"> & {
  violations: { subject: string; description: string }[];
};

type FieldInit = MessageInitShape<typeof FieldDescriptorProtoSchema>;

function text(name: string, number: number): FieldInit {
  return { name, jsonName: name, number, type: Type.STRING, label: Label.OPTIONAL };
}

function nested(name: string, number: number, typeName: string, label = Label.REPEATED): FieldInit {
  const jsonName = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return { name, jsonName, number, type: Type.MESSAGE, label, typeName };
}

const registry = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      file_google_protobuf_any.proto,
      file_google_protobuf_duration.proto,
      {
        name: "google/rpc/status.proto",
        package: "google.rpc",
        syntax: "proto3",
        dependency: ["google/protobuf/any.proto"],
        messageType: [
          {
            name: "Status",
            field: [
              { name: "code", jsonName: "code", number: 1, type: Type.INT32, label: Label.OPTIONAL },
              text("message", 2),
              nested("details", 3, ".google.protobuf.Any"),
            ],
          },
        ],
      },
      {
        name: "google/rpc/error_details.proto",
        package: "google.rpc",
        syntax: "proto3",
        dependency: ["google/protobuf/duration.proto"],
        messageType: [
          {
            name: "ErrorInfo",
            field: [
              text("reason", 1),
              text("domain", 2),
              nested("metadata", 3, ".google.rpc.ErrorInfo.MetadataEntry"),
            ],
            nestedType: [
              {
                name: "MetadataEntry",
                options: { mapEntry: true },
                field: [text("key", 1), text("value", 2)],
              },
            ],
          },
          {
            name: "RetryInfo",
            field: [nested("retry_delay", 1, ".google.protobuf.Duration", Label.OPTIONAL)],
          },
          {
            name: "BadRequest",
            field: [nested("field_violations", 1, ".google.rpc.BadRequest.FieldViolation")],
            nestedType: [{ name: "FieldViolation", field: [text("field", 1), text("description", 2)] }],
          },
          {
            name: "QuotaFailure",
            field: [nested("violations", 1, ".google.rpc.QuotaFailure.Violation")],
            nestedType: [{ name: "Violation", field: [text("subject", 1), text("description", 2)] }],
          },
        ],
      },
    ],
  }),
);

/** The files that describe them, for reflection: with these, clients can show the details of an error. */
export const GOOGLE_RPC_FILES: readonly DescFile[] = [...registry.files];

function described<T extends Message>(typeName: T["$typeName"]): GenMessage<T> {
  const description = registry.getMessage(typeName);
  if (description === undefined) throw new Error(`${typeName} is not described`);
  return description as GenMessage<T>;
}

/** Describes {@link Status}. */
export const StatusSchema = described<Status>("google.rpc.Status");
/** Describes {@link ErrorInfo}. */
export const ErrorInfoSchema = described<ErrorInfo>("google.rpc.ErrorInfo");
/** Describes {@link RetryInfo}. */
export const RetryInfoSchema = described<RetryInfo>("google.rpc.RetryInfo");
/** Describes {@link BadRequest}. */
export const BadRequestSchema = described<BadRequest>("google.rpc.BadRequest");
/** Describes {@link QuotaFailure}. */
export const QuotaFailureSchema = described<QuotaFailure>("google.rpc.QuotaFailure");
