import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BaseChatModelParams,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk, type BaseMessage, type UsageMetadata } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import type { Runnable } from "@langchain/core/runnables";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import type { CallOptions } from "../connection.ts";
import { type CompleteRequestSchema, type CompleteResponse, FinishReason } from "../gen/complete_pb.js";
import type { ToolCall } from "../gen/message_pb.js";
import { ToolChoice_Mode } from "../gen/tool_pb.js";
import { Headway } from "../headway.ts";
import { textOf } from "../message.ts";
import { tokens } from "../slot-request.ts";
import { toHeadwayMessage } from "./convert-messages.ts";

/** Settings of {@link ChatHeadway}. */
export interface ChatHeadwayFields extends BaseChatModelParams {
  /** The connection. Default: one of its own, by the variables `HEADWAY_ADDRESS` and `HEADWAY_TOKEN`. */
  readonly headway?: Headway;
  /** `provider/model`. Default: the server's. */
  readonly model?: string;
  /** Models to try next. Default: the server's. */
  readonly fallbackModels?: readonly string[];
  /** Randomness. Default: the configured one. */
  readonly temperature?: number;
  /** The most tokens to be written. Default: as many as the model can. */
  readonly maxOutputTokens?: number;
  /** Labels for usage and cost. */
  readonly usageTags?: Readonly<Record<string, string>>;
}

/** Settings of one call. */
export interface ChatHeadwayCallOptions extends BaseChatModelCallOptions {
  /** Tools the model may ask for, as `bindTools` makes them. */
  readonly tools?: readonly HeadwayTool[];
}

interface HeadwayTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** A LangChain chat model that calls Headway: it picks the time, and the model when need be. */
export class ChatHeadway extends BaseChatModel<ChatHeadwayCallOptions, AIMessageChunk> {
  readonly #headway: Headway;
  readonly #fields: ChatHeadwayFields;

  constructor(fields: ChatHeadwayFields = {}) {
    super(fields);
    this.#headway = fields.headway ?? new Headway();
    this.#fields = fields;
  }

  static override lc_name(): string {
    return "ChatHeadway";
  }

  override _llmType(): string {
    return "headway";
  }

  /** Offers tools to the model; `tool_choice` is `auto`, `none`, `any` (or `required`), or a tool's name. */
  override bindTools(
    tools: BindToolsInput[],
    options: Partial<ChatHeadwayCallOptions> = {},
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, ChatHeadwayCallOptions> {
    const known = tools.map((tool): HeadwayTool => {
      const { name, description = "", parameters } = convertToOpenAITool(tool as never).function;
      return { name, description, parameters: (parameters ?? {}) as JsonObject };
    });
    return this.withConfig({ ...options, tools: known });
  }

  /** @internal */
  override async _generate(messages: BaseMessage[], options: this["ParsedCallOptions"]): Promise<ChatResult> {
    const response = await this.#headway.complete(this.#request(messages, options), callOptionsOf(options));
    const calls =
      response.message?.parts.flatMap(({ part }) => (part.case === "toolCall" ? [part.value] : [])) ?? [];
    const { tool_calls = [], invalid_tool_calls = [] } = new AIMessageChunk({
      content: "",
      tool_call_chunks: calls.map(toolCallChunk),
    });
    const message = new AIMessage({
      content: textOf(response.message),
      tool_calls,
      invalid_tool_calls,
      usage_metadata: usageOf(response),
      response_metadata: metadataOf(response),
    });
    return { generations: [{ text: message.text, message }] };
  }

  /** @internal */
  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    let calls = 0;
    for await (const event of this.#headway.stream(
      this.#request(messages, options),
      callOptionsOf(options),
    )) {
      const message = chunkOf(event, event.case === "toolCall" ? calls++ : calls);
      if (message === undefined) continue;
      const chunk = new ChatGenerationChunk({ text: message.text, message });
      yield chunk;
      await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, { chunk });
    }
  }

  #request(
    messages: BaseMessage[],
    { stop, tools = [], tool_choice: choice }: this["ParsedCallOptions"],
  ): MessageInitShape<typeof CompleteRequestSchema> {
    const { model = "", fallbackModels = [], temperature, maxOutputTokens, usageTags = {} } = this.#fields;
    return {
      model,
      fallbackModels: [...fallbackModels],
      messages: messages.map(toHeadwayMessage),
      tools: [...tools],
      stopSequences: stop ?? [],
      tags: { ...usageTags },
      ...(temperature !== undefined && { temperature }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens: tokens(maxOutputTokens) }),
      ...(typeof choice === "string" && { toolChoice: TOOL_CHOICES[choice] ?? { toolName: choice } }),
    };
  }
}

const TOOL_CHOICES: Readonly<Record<string, { mode: ToolChoice_Mode }>> = {
  auto: { mode: ToolChoice_Mode.AUTO },
  none: { mode: ToolChoice_Mode.NONE },
  any: { mode: ToolChoice_Mode.REQUIRED },
  required: { mode: ToolChoice_Mode.REQUIRED },
};

function callOptionsOf({ signal, timeout }: BaseChatModelCallOptions): CallOptions {
  return { signal, timeoutMs: timeout };
}

type StreamEvent = ReturnType<Headway["stream"]> extends AsyncGenerator<infer Event> ? Event : never;

/** Undefined: the event is none that LangChain has a word for. */
function chunkOf(event: StreamEvent, callIndex: number): AIMessageChunk | undefined {
  switch (event.case) {
    case "delta":
      return new AIMessageChunk({ content: event.value.text });
    case "toolCall":
      return new AIMessageChunk({ content: "", tool_call_chunks: [toolCallChunk(event.value, callIndex)] });
    case "done":
      return new AIMessageChunk({
        content: "",
        usage_metadata: usageOf(event.value),
        response_metadata: metadataOf(event.value),
      });
    default:
      return undefined;
  }
}

function toolCallChunk({ id, name, argumentsJson }: ToolCall, index: number) {
  return { type: "tool_call_chunk" as const, id, name, args: argumentsJson || "{}", index };
}

/** The declarations of LangChain lose the type of this property under `exactOptionalPropertyTypes`. */
function usageOf({ usage }: CompleteResponse): never {
  const metadata: UsageMetadata = {
    input_tokens: Number(usage?.inputTokens ?? 0n),
    output_tokens: Number(usage?.outputTokens ?? 0n),
    total_tokens: Number(usage?.totalTokens ?? 0n),
  };
  return metadata as never;
}

function metadataOf({ model, finishReason, requestId, cost }: CompleteResponse): Record<string, unknown> {
  return {
    model_name: model,
    model_provider: "headway",
    finish_reason: FinishReason[finishReason]?.toLowerCase(),
    request_id: requestId,
    cost_nano_usd: cost === undefined ? undefined : Number(cost.totalNanoUsd),
  };
}
