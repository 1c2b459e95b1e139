import type { DescFile, DescService } from "@bufbuild/protobuf";
import { toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { Server } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { GOOGLE_RPC_FILES } from "../rpc/google-rpc.ts";
import { HEALTH_FILE } from "./health-description.ts";

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0];

/**
 * Lets clients ask the server what it can do, by the descriptors that the generated code holds: its services, the
 * details of its errors, and the health service.
 */
export function addReflection(server: Server, services: readonly DescService[]): void {
  const files = new Map<string, Buffer>();
  for (const service of services) addFile(files, service.file);
  for (const file of GOOGLE_RPC_FILES) addFile(files, file);
  // All that the reflection service reads of a package definition are encoded files.
  const packageDefinition = { all: { fileDescriptorProtos: [Buffer.from(HEALTH_FILE), ...files.values()] } };
  new ReflectionService(packageDefinition as unknown as PackageDefinition).addToServer(server);
}

function addFile(files: Map<string, Buffer>, file: DescFile): void {
  if (files.has(file.proto.name)) return;
  files.set(file.proto.name, Buffer.from(toBinary(FileDescriptorProtoSchema, file.proto)));
  for (const dependency of file.dependencies) addFile(files, dependency);
}
