import type Anthropic from "@anthropic-ai/sdk";
import type { ChatRequest, Image, Message, Part, Tool, ToolChoice } from "../../core/chat.ts";
import { mergeOptions } from "../merge-options.ts";
import type { ProviderCall } from "../provider.ts";
import { base64Of, effectiveToolChoice, misplaced, parseArguments, textOnly } from "../request-parts.ts";

type Body = Anthropic.MessageCreateParams;
type Block = Anthropic.ContentBlockParam;

/** Every Claude model can write so much: for a model of which nothing is known. */
const LEAST_MODEL_MAX_OUTPUT_TOKENS = 4_096;
/** The API has a JSON mode only with a schema; without one the model is told. */
const JSON_INSTRUCTION = "Answer with a single JSON object and nothing else: no prose, no code fence.";

/**
 * The body of a message. `max_tokens` is mandatory: the request's, else the most that the model can write. A seed is
 * left out, since the API has none and it never promises more than likeness.
 * @throws {AttemptError} `VALIDATION` for what the API has no words for.
 */
export function convertRequest(call: ProviderCall, isStream: boolean): Body {
  const { request } = call;
  const system = systemText(request);
  const toolChoice = effectiveToolChoice(request);
  const body: Body = {
    model: call.upstreamModel,
    max_tokens: request.maxOutputTokens ?? call.modelMaxOutputTokens ?? LEAST_MODEL_MAX_OUTPUT_TOKENS,
    messages: convertMessages(request.messages),
    stream: isStream,
    ...(system !== "" && { system }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { top_p: request.topP }),
    ...(request.stopSequences.length > 0 && { stop_sequences: [...request.stopSequences] }),
    ...(request.tools.length > 0 && { tools: request.tools.map(convertTool) }),
    ...(toolChoice !== undefined && { tool_choice: convertToolChoice(toolChoice) }),
    ...(request.responseFormat?.kind === "json_schema" && {
      output_config: {
        format: { type: "json_schema" as const, schema: { ...request.responseFormat.schema } },
      },
    }),
  };
  return mergeOptions(body, call.providerOptions, ["model", "stream"]);
}

function systemText(request: ChatRequest): string {
  const texts = request.messages.filter((message) => message.role === "system").map(textOnly);
  if (request.responseFormat?.kind === "json") texts.push(JSON_INSTRUCTION);
  return texts.join("\n\n");
}

/** The conversation; neighbours of one role become one message, as the results of several tools must. */
function convertMessages(messages: readonly Message[]): Anthropic.MessageParam[] {
  const converted: { role: "user" | "assistant"; content: Block[] }[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = message.parts.map((part) => convertPart(part, message));
    const last = converted.at(-1);
    if (last?.role === role) last.content.push(...content);
    else converted.push({ role, content });
  }
  return converted;
}

function convertPart(part: Part, message: Message): Block {
  switch (part.kind) {
    case "text":
      if (message.role === "tool") break;
      return { type: "text", text: part.text };
    case "image":
      if (message.role !== "user") break;
      return convertImage(part.image);
    case "tool_call": {
      if (message.role !== "assistant") break;
      const { id, name } = part.toolCall;
      return { type: "tool_use", id, name, input: parseArguments(part.toolCall) };
    }
    case "tool_result": {
      if (message.role !== "tool") break;
      const { toolCallId, content, isError } = part.toolResult;
      return { type: "tool_result", tool_use_id: toolCallId, content, ...(isError && { is_error: true }) };
    }
  }
  throw misplaced(part, message);
}

function convertImage(image: Image): Anthropic.ImageBlockParam {
  if (image.source.kind === "url") return { type: "image", source: { type: "url", url: image.source.url } };
  const media_type = image.mediaType as Anthropic.Base64ImageSource["media_type"];
  return { type: "image", source: { type: "base64", media_type, data: base64Of(image)! } };
}

function convertTool({ name, description, parameters }: Tool): Anthropic.Tool {
  return { name, description, input_schema: { type: "object", ...parameters } as Anthropic.Tool.InputSchema };
}

function convertToolChoice(choice: ToolChoice): Anthropic.ToolChoice {
  switch (choice.kind) {
    case "auto":
    case "none":
      return { type: choice.kind };
    case "required":
      return { type: "any" };
    case "tool":
      return { type: "tool", name: choice.name };
  }
}
