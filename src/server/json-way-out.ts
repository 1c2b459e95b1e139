import { createRegistry, type DescFile, type DescMessage } from "@bufbuild/protobuf";
import { nearestNames } from "../config/nearest-names.ts";

/** What the library says of a word that is no value of an enum, and of a key that a message does not have. */
const NO_VALUE = /^cannot decode enum (\S+) from JSON: "/;
const NO_FIELD = /^cannot decode message (\S+) from JSON: key "(.*)" is unknown$/;

/**
 * What to write instead, to be put behind what the library says of JSON that is not `input`: the values of the enum,
 * or the fields of the message. Empty when something else is wrong.
 */
export function jsonWayOut(explanation: string, input: DescMessage): string {
  const enumName = NO_VALUE.exec(explanation)?.[1];
  if (enumName !== undefined) {
    const values = registryOf(input).getEnum(enumName)?.values ?? [];
    const names = values.filter(({ number }) => number !== 0).map(({ name }) => name);
    return names.length === 0 ? "" : `; write one of ${names.join(", ")}`;
  }
  const [, messageName, key] = NO_FIELD.exec(explanation) ?? [];
  if (messageName === undefined || key === undefined) return "";
  const fields = (registryOf(input).getMessage(messageName)?.fields ?? []).map(({ jsonName }) => jsonName);
  const [nearest] = nearestNames(key, fields, 1);
  if (nearest !== undefined) return `; did you mean "${nearest}"?`;
  return fields.length === 0 ? "" : `; the message has ${fields.join(", ")}`;
}

function registryOf({ file }: DescMessage) {
  return createRegistry(...withDependencies(file, new Set()));
}

function withDependencies(file: DescFile, files: Set<DescFile>): Set<DescFile> {
  if (files.has(file)) return files;
  files.add(file);
  for (const dependency of file.dependencies) withDependencies(dependency, files);
  return files;
}
