import type { FinishReason, Message, Part, ToolCall } from "../core/chat.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { ProviderAnswer } from "./provider.ts";

/** Builds the whole answer from its pieces: texts that follow each other become one part, in the order of arrival. */
export class AnswerCollector {
  readonly #parts: Part[] = [];
  #text = "";
  /** The latest counts. */
  usage: TokenUsage = {};
  finishReason: FinishReason = "other";
  providerFinishReason = "";
  responseModel: string | undefined;

  addText(text: string): void {
    this.#text += text;
  }

  addToolCall(toolCall: ToolCall): void {
    this.#flushText();
    this.#parts.push({ kind: "tool_call", toolCall });
  }

  /** The provider's word for why it stopped and what it means. */
  setFinish(finishReason: FinishReason, providerFinishReason: string): void {
    this.finishReason = finishReason;
    this.providerFinishReason = providerFinishReason;
  }

  /** The answer as collected. Without an HTTP answer, leave out `http`. */
  build(http?: { status: number; headers: Readonly<Record<string, string>> }): ProviderAnswer {
    this.#flushText();
    const message: Message = { role: "assistant", parts: this.#parts };
    return {
      message,
      finishReason: this.finishReason,
      providerFinishReason: this.providerFinishReason,
      usage: this.usage,
      ...(this.responseModel !== undefined && { responseModel: this.responseModel }),
      ...(http !== undefined && { statusCode: http.status }),
      headers: http?.headers ?? {},
    };
  }

  #flushText(): void {
    if (this.#text === "") return;
    this.#parts.push({ kind: "text", text: this.#text });
    this.#text = "";
  }
}
