import type { Content, GenerateContentRequest, Part as UpstreamPart } from "@google/generative-ai";
import type {
  ChatRequest,
  Image,
  JsonObject,
  Message,
  Part,
  Tool,
  ToolChoice,
  ToolResult,
} from "../../core/chat.ts";
import { mergeOptions } from "../merge-options.ts";
import type { ProviderCall } from "../provider.ts";
import {
  base64Of,
  effectiveToolChoice,
  misplaced,
  parseArguments,
  parseJson,
  textOnly,
  toolNameOf,
  toolNamesById,
} from "../request-parts.ts";

type ToolNames = ReadonlyMap<string, string>;

const MODES = { auto: "AUTO", none: "NONE", required: "ANY", tool: "ANY" } as const;

/**
 * The body of a `generateContent` request. Schemas go into the fields that take JSON Schema as it is; the older ones,
 * which the SDK's types know, take a dialect of it.
 * @throws {AttemptError} `VALIDATION` for what the API has no words for.
 */
export function convertRequest(call: ProviderCall): GenerateContentRequest {
  const { request } = call;
  const system = request.messages.filter((message) => message.role === "system").map(textOnly);
  const generationConfig = convertSettings(request);
  const toolChoice = effectiveToolChoice(request);
  const body = {
    contents: convertMessages(request.messages),
    ...(system.length > 0 && { systemInstruction: { parts: [{ text: system.join("\n\n") }] } }),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
    ...(request.tools.length > 0 && { tools: [{ functionDeclarations: request.tools.map(convertTool) }] }),
    ...(toolChoice !== undefined && { toolConfig: { functionCallingConfig: convertToolChoice(toolChoice) } }),
  };
  return mergeOptions(body, call.providerOptions, []) as unknown as GenerateContentRequest;
}

function convertSettings(request: ChatRequest): object {
  const { responseFormat } = request;
  return {
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { topP: request.topP }),
    ...(request.maxOutputTokens !== undefined && { maxOutputTokens: request.maxOutputTokens }),
    ...(request.stopSequences.length > 0 && { stopSequences: request.stopSequences }),
    ...(request.seed !== undefined && { seed: request.seed }),
    ...(responseFormat !== undefined &&
      responseFormat.kind !== "text" && { responseMimeType: "application/json" }),
    ...(responseFormat?.kind === "json_schema" && { responseJsonSchema: responseFormat.schema }),
  };
}

/** The conversation; neighbours of one role become one content, as the results of several tools must. */
function convertMessages(messages: readonly Message[]): Content[] {
  const names = toolNamesById(messages);
  const contents: Content[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "model" : "user";
    const parts = message.parts.map((part) => convertPart(part, message, names));
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  }
  return contents;
}

function convertPart(part: Part, message: Message, names: ToolNames): UpstreamPart {
  switch (part.kind) {
    case "text":
      if (message.role === "tool") break;
      return { text: part.text };
    case "image":
      if (message.role !== "user") break;
      return convertImage(part.image);
    case "tool_call":
      if (message.role !== "assistant") break;
      return { functionCall: { name: part.toolCall.name, args: parseArguments(part.toolCall) } };
    case "tool_result": {
      if (message.role !== "tool") break;
      const name = toolNameOf(part.toolResult.toolCallId, names);
      return { functionResponse: { name, response: convertToolResult(part.toolResult) } };
    }
  }
  throw misplaced(part, message);
}

/** The API wants an object: the result itself if it is one, else one around it. */
function convertToolResult({ content, isError }: ToolResult): JsonObject {
  if (isError) return { error: content };
  const value = parseJson(content);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : { result: content };
}

function convertImage(image: Image): UpstreamPart {
  const { source, mediaType } = image;
  if (source.kind === "data") return { inlineData: { mimeType: mediaType, data: base64Of(image)! } };
  // An absent type is found out by the provider; the SDK's types demand one.
  const fileData = { fileUri: source.url, ...(mediaType !== "" && { mimeType: mediaType }) };
  return { fileData } as UpstreamPart;
}

function convertTool({ name, description, parameters }: Tool): object {
  const hasParameters = Object.keys(parameters).length > 0;
  return { name, description, ...(hasParameters && { parametersJsonSchema: parameters }) };
}

function convertToolChoice(choice: ToolChoice): object {
  return { mode: MODES[choice.kind], ...(choice.kind === "tool" && { allowedFunctionNames: [choice.name] }) };
}
