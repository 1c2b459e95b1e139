import type { ChatRequest, Image, JsonObject, JsonValue, Message, Tool } from "../../core/chat.ts";
import { mergeOptions } from "../merge-options.ts";
import type { ProviderCall } from "../provider.ts";
import {
  base64Of,
  effectiveToolChoice,
  misplaced,
  parseArguments,
  textOnly,
  toolNameOf,
  toolNamesById,
  unsupported,
} from "../request-parts.ts";

type ToolNames = ReadonlyMap<string, string>;

/** The body of an `/api/chat` request. */
export interface OllamaBody {
  readonly model: string;
  readonly messages: readonly OllamaMessage[];
  readonly stream: boolean;
  readonly tools?: readonly object[];
  /** `json`, or a JSON Schema. */
  readonly format?: "json" | JsonObject;
  readonly options?: Readonly<Record<string, JsonValue>>;
}

interface OllamaMessage {
  readonly role: string;
  readonly content: string;
  /** In base64. */
  readonly images?: readonly string[];
  readonly tool_calls?: readonly {
    readonly function: { readonly name: string; readonly arguments: JsonObject };
  }[];
  readonly tool_name?: string;
}

/**
 * The body of an `/api/chat` request.
 * @throws {AttemptError} `VALIDATION` for what the API has no words for: images by address, and forced tool calls.
 */
export function convertRequest(call: ProviderCall, isStream: boolean): OllamaBody {
  const { request } = call;
  const names = toolNamesById(request.messages);
  const options = convertSettings(request);
  const tools = offeredTools(request);
  const { responseFormat } = request;
  const body: OllamaBody = {
    model: call.upstreamModel,
    messages: request.messages.flatMap((message) => convertMessage(message, names)),
    stream: isStream,
    ...(tools.length > 0 && { tools: tools.map(convertTool) }),
    ...(responseFormat?.kind === "json" && { format: "json" }),
    ...(responseFormat?.kind === "json_schema" && { format: responseFormat.schema }),
    ...(Object.keys(options).length > 0 && { options }),
  };
  return mergeOptions(body, call.providerOptions, ["model", "stream"]);
}

function convertSettings(request: ChatRequest): Readonly<Record<string, JsonValue>> {
  return {
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { top_p: request.topP }),
    ...(request.maxOutputTokens !== undefined && { num_predict: request.maxOutputTokens }),
    ...(request.stopSequences.length > 0 && { stop: request.stopSequences }),
    ...(request.seed !== undefined && { seed: request.seed }),
  };
}

/** The API has no tool choice. `auto` is what it does; `none` is the same as no tools. */
function offeredTools(request: ChatRequest): readonly Tool[] {
  const choice = effectiveToolChoice(request);
  if (choice === undefined || choice.kind === "auto") return request.tools;
  if (choice.kind === "none") return [];
  throw unsupported("ollama cannot be made to call a tool: use the tool choice auto or none");
}

function convertMessage(message: Message, names: ToolNames): OllamaMessage[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: textOnly(message) }];
    case "user":
      return [convertUser(message)];
    case "assistant":
      return [convertAssistant(message)];
    case "tool":
      return message.parts.map((part) => {
        if (part.kind !== "tool_result") throw misplaced(part, message);
        const { toolCallId, content } = part.toolResult;
        return { role: "tool", content, tool_name: toolNameOf(toolCallId, names) };
      });
  }
}

function convertUser(message: Message): OllamaMessage {
  let content = "";
  const images: string[] = [];
  for (const part of message.parts) {
    if (part.kind === "text") content += part.text;
    else if (part.kind === "image") images.push(imageData(part.image));
    else throw misplaced(part, message);
  }
  return { role: "user", content, ...(images.length > 0 && { images }) };
}

function imageData(image: Image): string {
  const data = base64Of(image);
  if (data === undefined) throw unsupported("ollama takes images by value only: send the bytes, not a URL");
  return data;
}

function convertAssistant(message: Message): OllamaMessage {
  let content = "";
  const toolCalls: { function: { name: string; arguments: JsonObject } }[] = [];
  for (const part of message.parts) {
    if (part.kind === "text") content += part.text;
    else if (part.kind === "tool_call") {
      toolCalls.push({ function: { name: part.toolCall.name, arguments: parseArguments(part.toolCall) } });
    } else throw misplaced(part, message);
  }
  return { role: "assistant", content, ...(toolCalls.length > 0 && { tool_calls: toolCalls }) };
}

function convertTool({ name, description, parameters }: Tool): object {
  return { type: "function", function: { name, description, parameters } };
}
