import type OpenAI from "openai";
import type { ChatRequest, Image, Message, Part, ResponseFormat, Tool, ToolChoice } from "../../core/chat.ts";
import { mergeOptions } from "../merge-options.ts";
import type { ProviderCall } from "../provider.ts";
import { base64Of, effectiveToolChoice, misplaced, textOnly } from "../request-parts.ts";

type Body = OpenAI.Chat.ChatCompletionCreateParams;
type UpstreamMessage = OpenAI.Chat.ChatCompletionMessageParam;

/** In what OpenAI and the servers that speak its API differ. */
export interface OpenAiDialect {
  /** The name of the output limit. OpenAI's reasoning models refuse the old one, most other servers know only it. */
  readonly outputLimitField: "max_completion_tokens" | "max_tokens";
}

/** OpenAI itself, also on Azure. */
export const OPENAI_DIALECT: OpenAiDialect = { outputLimitField: "max_completion_tokens" };
/** Any other server that speaks OpenAI's API: vLLM, llama.cpp, Groq, OpenRouter, Mistral … */
export const OPENAI_COMPATIBLE_DIALECT: OpenAiDialect = { outputLimitField: "max_tokens" };

/**
 * The body of a chat completion.
 * @throws {AttemptError} `VALIDATION` for what the API has no words for.
 */
export function convertRequest(call: ProviderCall, dialect: OpenAiDialect, isStream: boolean): Body {
  const { request } = call;
  const toolChoice = effectiveToolChoice(request);
  const body: Body = {
    model: call.upstreamModel,
    messages: request.messages.flatMap(convertMessage),
    stream: isStream,
    ...(isStream && { stream_options: { include_usage: true } }),
    ...convertSettings(request, dialect),
    ...(request.tools.length > 0 && { tools: request.tools.map(convertTool) }),
    ...(toolChoice !== undefined && { tool_choice: convertToolChoice(toolChoice) }),
    ...convertResponseFormat(request.responseFormat),
  };
  return mergeOptions(body, call.providerOptions, ["model", "stream"]);
}

function convertSettings(request: ChatRequest, { outputLimitField }: OpenAiDialect): Partial<Body> {
  return {
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { top_p: request.topP }),
    ...(request.maxOutputTokens !== undefined && { [outputLimitField]: request.maxOutputTokens }),
    ...(request.stopSequences.length > 0 && { stop: [...request.stopSequences] }),
    ...(request.seed !== undefined && { seed: request.seed }),
  };
}

function convertMessage(message: Message): UpstreamMessage[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: textOnly(message) }];
    case "user":
      return [{ role: "user", content: convertUserParts(message) }];
    case "assistant":
      return [convertAssistant(message)];
    case "tool":
      return message.parts.map((part) => convertToolResult(part, message));
  }
}

function convertUserParts(message: Message): string | OpenAI.Chat.ChatCompletionContentPart[] {
  // As one string where it can be: some compatible servers know no parts.
  if (message.parts.every((part) => part.kind === "text")) return textOnly(message);
  return message.parts.map((part) => {
    switch (part.kind) {
      case "text":
        return { type: "text", text: part.text };
      case "image":
        return { type: "image_url", image_url: { url: imageUrl(part.image) } };
      default:
        throw misplaced(part, message);
    }
  });
}

function imageUrl(image: Image): string {
  if (image.source.kind === "url") return image.source.url;
  return `data:${image.mediaType};base64,${base64Of(image)}`;
}

function convertAssistant(message: Message): OpenAI.Chat.ChatCompletionAssistantMessageParam {
  let text = "";
  const toolCalls: OpenAI.Chat.ChatCompletionMessageToolCall[] = [];
  for (const part of message.parts) {
    if (part.kind === "text") text += part.text;
    else if (part.kind === "tool_call") {
      const { id, name, argumentsJson } = part.toolCall;
      toolCalls.push({ id, type: "function", function: { name, arguments: argumentsJson } });
    } else throw misplaced(part, message);
  }
  if (toolCalls.length === 0) return { role: "assistant", content: text };
  return { role: "assistant", content: text === "" ? null : text, tool_calls: toolCalls };
}

/** The API has no mark for a failed tool: the result's text says it. */
function convertToolResult(part: Part, message: Message): UpstreamMessage {
  if (part.kind !== "tool_result") throw misplaced(part, message);
  return { role: "tool", tool_call_id: part.toolResult.toolCallId, content: part.toolResult.content };
}

function convertTool({ name, description, parameters }: Tool): OpenAI.Chat.ChatCompletionTool {
  return { type: "function", function: { name, description, parameters: { ...parameters } } };
}

function convertToolChoice(choice: ToolChoice): OpenAI.Chat.ChatCompletionToolChoiceOption {
  return choice.kind === "tool" ? { type: "function", function: { name: choice.name } } : choice.kind;
}

function convertResponseFormat(format: ResponseFormat | undefined): Pick<Body, "response_format"> {
  switch (format?.kind) {
    case "json":
      return { response_format: { type: "json_object" } };
    case "json_schema": {
      const { name, schema, strict } = format;
      const json_schema = { name, schema: { ...schema }, ...(strict !== undefined && { strict }) };
      return { response_format: { type: "json_schema", json_schema } };
    }
    default:
      return {};
  }
}
