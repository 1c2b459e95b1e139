import type { JsonObject, JsonValue, Tool } from "../../core/chat.ts";

/** Texts that go to the tokenizer, and tokens beside them. */
export interface CountedParts {
  readonly texts: string[];
  extraTokens: number;
}

/** What OpenAI adds, by its own description of how tools are counted. */
const TOKENS_PER_PROPERTY_LIST = 3;
const TOKENS_PER_PROPERTY = 3;
const TOKENS_PER_ENUM = -3;
const TOKENS_PER_ENUM_ITEM = 3;
const TOKENS_AFTER_TOOLS = 12;

/** Values of a schema that are looked at; a longer one is cut there. Providers refuse schemas of this size. */
const MAX_VALUES = 20_000;

/** Tools as OpenAI counts them: names, types and descriptions, with so many tokens between. */
export function addFunctionTools(tools: readonly Tool[], tokensPerTool: number, parts: CountedParts): void {
  for (const tool of tools) {
    parts.extraTokens += tokensPerTool;
    parts.texts.push(`${tool.name}:${withoutFullStop(tool.description)}`);
    addProperties(tool.parameters, parts);
  }
  parts.extraTokens += TOKENS_AFTER_TOOLS;
}

/** Tools as JSON, for providers that do not say how they count. */
export function addJsonTools(tools: readonly Tool[], parts: CountedParts): void {
  for (const tool of tools) {
    parts.texts.push(`{"name":"${tool.name}","description":"${tool.description}","parameters":`);
    parts.texts.push(jsonText(tool.parameters), "}");
  }
}

/**
 * JSON as text for counting: compact, with strings as they are, unescaped. Of a value with more than 20,000 values
 * inside only the first ones.
 */
export function jsonText(value: JsonValue): string {
  const written: string[] = [];
  let values = 0;
  const write = (current: JsonValue): void => {
    if (++values > MAX_VALUES) return;
    if (typeof current === "string") written.push('"', current, '"');
    else if (typeof current !== "object" || current === null) written.push(String(current));
    else if (isList(current)) writeAll("[", "]", current, write);
    else writeAll("{", "}", Object.entries(current), writeEntry);
  };
  const writeEntry = ([key, entry]: [string, JsonValue]) => {
    written.push('"', key, '":');
    write(entry);
  };
  const writeAll = <T>(open: string, close: string, items: readonly T[], writeItem: (item: T) => void) => {
    written.push(open);
    for (const [index, item] of items.entries()) {
      if (values > MAX_VALUES) break;
      if (index > 0) written.push(",");
      writeItem(item);
    }
    written.push(close);
  };
  write(value);
  return written.join("");
}

function addProperties(schema: JsonObject, parts: CountedParts): void {
  const properties = schema.properties;
  if (!isObject(properties)) return;
  const entries = Object.entries(properties);
  if (entries.length === 0) return;
  parts.extraTokens += TOKENS_PER_PROPERTY_LIST;
  for (const [name, property] of entries.slice(0, MAX_VALUES)) {
    parts.extraTokens += TOKENS_PER_PROPERTY;
    const { type, description, enum: choices, ...rest } = isObject(property) ? property : {};
    parts.texts.push(`${name}:${textOf(type)}:${withoutFullStop(textOf(description))}`);
    if (isList(choices)) addChoices(choices, parts);
    if (rest.properties !== undefined || rest.items !== undefined) parts.texts.push(jsonText(rest));
  }
}

function addChoices(choices: readonly JsonValue[], parts: CountedParts): void {
  parts.extraTokens += TOKENS_PER_ENUM;
  for (const choice of choices.slice(0, MAX_VALUES)) {
    parts.extraTokens += TOKENS_PER_ENUM_ITEM;
    parts.texts.push(textOf(choice));
  }
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : jsonText(value);
}

function withoutFullStop(text: string): string {
  return text.endsWith(".") ? text.slice(0, -1) : text;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
