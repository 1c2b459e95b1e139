/** Who a message is from. */
export type Role = "system" | "user" | "assistant" | "tool";

/** A tool call that a model asks for. */
export interface ToolCall {
  /** The provider's id of the call, or one that Headway made where the provider gives none. */
  readonly id: string;
  readonly name: string;
  /** The arguments exactly as the model wrote them: usually, but not surely, a JSON object. */
  readonly argumentsJson: string;
}

/** The caller's answer to a {@link ToolCall}. */
export interface ToolResult {
  readonly toolCallId: string;
  readonly content: string;
  readonly isError: boolean;
}

/** A picture, by value or by address. */
export interface Image {
  readonly source:
    | { readonly kind: "data"; readonly bytes: Uint8Array }
    | { readonly kind: "url"; readonly url: string };
  /** As `image/png`. Empty only beside a URL, where the provider finds out for itself. */
  readonly mediaType: string;
}

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image"; readonly image: Image }
  | { readonly kind: "tool_call"; readonly toolCall: ToolCall }
  | { readonly kind: "tool_result"; readonly toolResult: ToolResult };

export interface Message {
  readonly role: Role;
  readonly parts: readonly Part[];
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject;
}

export type ToolChoice =
  | { readonly kind: "auto" }
  | { readonly kind: "none" }
  | { readonly kind: "required" }
  | { readonly kind: "tool"; readonly name: string };

export type ResponseFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json" }
  | {
      readonly kind: "json_schema";
      readonly name: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
    };

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Why a model stopped. `other` stands for a provider's word that Headway does not know. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "other";

/** What is asked of a model, whoever serves it. Unset fields are left to the provider. */
export interface ChatRequest {
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly responseFormat?: ResponseFormat;
  /** 0 to 2. */
  readonly temperature?: number;
  /** 0 to 1. */
  readonly topP?: number;
  /** At least 1. */
  readonly maxOutputTokens?: number;
  readonly stopSequences: readonly string[];
  readonly seed?: number;
}
