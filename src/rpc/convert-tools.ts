import type { ResponseFormat as ProtoResponseFormat } from "../../gen/es/headway/v1/response_format_pb.js";
import { ResponseFormat_Type as FormatType } from "../../gen/es/headway/v1/response_format_pb.js";
import type { Tool as ProtoTool, ToolChoice as ProtoToolChoice } from "../../gen/es/headway/v1/tool_pb.js";
import { ToolChoice_Mode as Mode } from "../../gen/es/headway/v1/tool_pb.js";
import type { JsonObject, ResponseFormat, Tool, ToolChoice } from "../core/chat.ts";
import { findNonJson } from "./find-non-json.ts";
import type { Violations } from "./violations.ts";

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const NAME_RULE = "must be 1 to 64 of the characters A-Z a-z 0-9 _ -";
const NO_ARGUMENTS: JsonObject = { type: "object", properties: {} };

/** The functions the model may ask for. */
export function readTools(violations: Violations, tools: readonly ProtoTool[]): readonly Tool[] {
  const names = new Set<string>();
  return tools.map(({ name, description, parameters }, index) => {
    const field = `tools[${index}]`;
    if (!NAME.test(name)) violations.add(`${field}.name`, NAME_RULE);
    else if (names.has(name)) violations.add(`${field}.name`, "must be unique within the request");
    names.add(name);
    if (parameters?.type !== undefined && parameters.type !== "object") {
      violations.add(`${field}.parameters`, "must be the schema of an object");
    }
    checkJson(violations, `${field}.parameters`, parameters);
    return { name, description, parameters: parameters ?? NO_ARGUMENTS };
  });
}

/**
 * Whether and which tools must be called. Undefined: the model decides. Without tools there is nothing to choose, and
 * providers refuse a choice, so there is none.
 */
export function readToolChoice(
  violations: Violations,
  choice: ProtoToolChoice | undefined,
  toolNames: ReadonlySet<string>,
): ToolChoice | undefined {
  if (choice === undefined) return undefined;
  const { mode, toolName } = choice;
  if (Mode[mode] === undefined) {
    violations.add("tool_choice.mode", "has a value that this version does not know");
    return undefined;
  }
  if (toolName !== "") return readChosenTool(violations, mode, toolName, toolNames);
  if (mode === Mode.REQUIRED && toolNames.size === 0) {
    violations.add("tool_choice.mode", "must not be MODE_REQUIRED without tools");
  }
  if (toolNames.size === 0 || mode === Mode.UNSPECIFIED) return undefined;
  if (mode === Mode.AUTO) return { kind: "auto" };
  return mode === Mode.NONE ? { kind: "none" } : { kind: "required" };
}

function readChosenTool(
  violations: Violations,
  mode: Mode,
  name: string,
  toolNames: ReadonlySet<string>,
): ToolChoice {
  if (mode !== Mode.REQUIRED && mode !== Mode.UNSPECIFIED) {
    violations.add("tool_choice.tool_name", "is only allowed with MODE_REQUIRED or an unset mode");
  } else if (!toolNames.has(name)) {
    violations.add("tool_choice.tool_name", "must be the name of one of the request's tools");
  }
  return { kind: "tool", name };
}

/** The form of the answer. Undefined: text. */
export function readResponseFormat(
  violations: Violations,
  format: ProtoResponseFormat | undefined,
): ResponseFormat | undefined {
  if (format === undefined) return undefined;
  const { type, name, schema, strict } = format;
  if (name !== "" && !NAME.test(name)) violations.add("response_format.name", NAME_RULE);
  checkJson(violations, "response_format.schema", schema);
  const isSchemaAllowed = type === FormatType.UNSPECIFIED || type === FormatType.JSON_SCHEMA;
  if (FormatType[type] === undefined) {
    violations.add("response_format.type", "has a value that this version does not know");
  } else if (schema !== undefined && !isSchemaAllowed) {
    violations.add("response_format.schema", "is only allowed with TYPE_JSON_SCHEMA");
  } else if (schema === undefined && type === FormatType.JSON_SCHEMA) {
    violations.add("response_format.schema", "is required with TYPE_JSON_SCHEMA");
  }
  if (type === FormatType.JSON) return { kind: "json" };
  if (schema === undefined) return undefined;
  return {
    kind: "json_schema",
    name: name === "" ? "response" : name,
    schema,
    ...(strict === undefined ? {} : { strict }),
  };
}

function checkJson(violations: Violations, field: string, value: JsonObject | undefined): void {
  const path = value === undefined ? undefined : findNonJson(value);
  if (path !== undefined) violations.add(`${field}${path}`, "must be a finite number");
}
