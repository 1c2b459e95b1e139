import type { ChatRequest, Image, Part } from "../../core/chat.ts";
import { readImageSize } from "./image-size.ts";
import { ASSUMED_IMAGE_SIZE } from "./image-tokens.ts";
import type { ModelFamily } from "./model-family.ts";
import { addFunctionTools, addJsonTools, type CountedParts, jsonText } from "./tool-texts.ts";

/** Marks around a tool call or its result. No provider says how many; what is wrong with it is learned. */
const TOKENS_PER_TOOL_CALL = 8;

/** What of a request counts as input. */
export interface RequestParts extends CountedParts {
  imageTokens: number;
}

/** Takes a request apart into texts for the tokenizer, tokens that are known without it, and tokens of pictures. */
export function requestParts(request: ChatRequest, family: ModelFamily): RequestParts {
  const parts: RequestParts = { texts: [], extraTokens: family.tokensPerReply, imageTokens: 0 };
  for (const message of request.messages) {
    parts.extraTokens += family.tokensPerMessage;
    for (const part of message.parts) addPart(part, family, parts);
  }
  if (request.tools.length > 0) addTools(request, family, parts);
  if (request.responseFormat?.kind === "json_schema") {
    parts.texts.push(request.responseFormat.name, jsonText(request.responseFormat.schema));
  }
  return parts;
}

function addPart(part: Part, family: ModelFamily, parts: RequestParts): void {
  switch (part.kind) {
    case "text":
      parts.texts.push(part.text);
      break;
    case "image":
      parts.imageTokens += family.image(sizeOf(part.image));
      break;
    case "tool_call":
      parts.texts.push(part.toolCall.name, part.toolCall.argumentsJson);
      parts.extraTokens += TOKENS_PER_TOOL_CALL;
      break;
    case "tool_result":
      parts.texts.push(part.toolResult.content);
      parts.extraTokens += TOKENS_PER_TOOL_CALL;
      break;
  }
}

function addTools(request: ChatRequest, family: ModelFamily, parts: RequestParts): void {
  const isRequired = request.toolChoice?.kind === "required" || request.toolChoice?.kind === "tool";
  parts.extraTokens += isRequired ? family.toolPreamble.required : family.toolPreamble.optional;
  if (family.tools.form === "functions") addFunctionTools(request.tools, family.tools.tokensPerTool, parts);
  else addJsonTools(request.tools, parts);
}

function sizeOf(image: Image) {
  return (image.source.kind === "data" ? readImageSize(image.source.bytes) : undefined) ?? ASSUMED_IMAGE_SIZE;
}
