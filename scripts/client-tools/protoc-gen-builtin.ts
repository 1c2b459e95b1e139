/**
 * A protoc plugin that runs generators built into some protoc. Buf can do so itself for those it knows; `grpc_python`
 * is none of them.
 *
 * Usage: protoc-gen-builtin.ts GENERATOR[,GENERATOR…] PROTOC [ARGUMENT…]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { answerPlugin, readPluginRequest } from "./plugin.ts";

const [generators, protoc, ...protocArguments] = process.argv.slice(2);
if (generators === undefined || protoc === undefined)
  throw new Error("protoc-gen-builtin.ts GENERATORS PROTOC");

const request = readPluginRequest();
const scratch = mkdtempSync(join(tmpdir(), "headway-protoc-"));
try {
  const descriptors = join(scratch, "descriptors");
  writeFileSync(
    descriptors,
    toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: request.protoFile })),
  );
  const out = mkdtempSync(join(scratch, "out-"));
  execFileSync(
    protoc,
    [
      ...protocArguments,
      `--descriptor_set_in=${descriptors}`,
      ...generators.split(",").map((generator) => `--${generator}_out=${out}`),
      ...request.fileToGenerate,
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  answerPlugin(
    readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => ({ name: relative(out, path), content: readFileSync(path, "utf8") })),
  );
} finally {
  rmSync(scratch, { recursive: true });
}
