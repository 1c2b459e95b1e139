import { readFileSync, writeSync } from "node:fs";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  CodeGeneratorResponse_Feature,
  CodeGeneratorResponseSchema,
} from "@bufbuild/protobuf/wkt";

/** A file that a protoc plugin makes; the name is relative to the plugin's `out`. */
export interface PluginFile {
  readonly name: string;
  readonly content: string;
}

/** What protoc, or buf in its place, asks of this process when it runs as a plugin. */
export function readPluginRequest(): CodeGeneratorRequest {
  return fromBinary(CodeGeneratorRequestSchema, readFileSync(0));
}

/** Answers the request. */
export function answerPlugin(files: readonly PluginFile[]): void {
  const response = toBinary(
    CodeGeneratorResponseSchema,
    create(CodeGeneratorResponseSchema, {
      file: files.map(({ name, content }) => ({ name, content })),
      supportedFeatures: BigInt(CodeGeneratorResponse_Feature.PROTO3_OPTIONAL),
    }),
  );
  // A pipe takes what fits, not all at once.
  for (let written = 0; written < response.length; ) written += writeSync(1, response, written);
}
