import { AnswerCollector } from "../answer-collector.ts";
import type { CallGuard } from "../call-guard.ts";
import type { ProviderEvent } from "../provider.ts";
import { cutStream } from "../transport-error.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import {
  convertToolUse,
  convertUsage,
  type UpstreamBlock,
  type UpstreamMessage,
  type UpstreamUsage,
} from "./parse-answer.ts";

/** An event of a streamed message as far as we read it; unknown types are passed over. */
interface StreamEvent {
  readonly type?: string;
  readonly index?: number;
  readonly message?: UpstreamMessage;
  readonly content_block?: UpstreamBlock;
  readonly delta?: {
    readonly type?: string;
    readonly text?: string;
    readonly partial_json?: string;
    readonly stop_reason?: string | null;
  };
  readonly usage?: UpstreamUsage | null;
}

/**
 * The events of a streamed message. Its end is `message_stop`.
 * @throws {AttemptError} `CONNECTION` when it ends without.
 */
export async function* parseStream(
  events: AsyncIterable<unknown>,
  response: UpstreamResponse,
  guard: CallGuard,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const state = new StreamState();
  for await (const event of events as AsyncIterable<StreamEvent>) {
    if (event.type === "content_block_start" || event.type === "content_block_delta") guard.sawContent();
    yield* state.read(event);
  }
  const headers = response.headers.record;
  if (!state.isFinished) throw cutStream(state.eventCount, response);
  yield { kind: "done", answer: state.answer.build({ status: response.status, headers }) };
}

/** What has been read of a streamed message so far. */
class StreamState {
  readonly answer = new AnswerCollector();
  isFinished = false;
  eventCount = 0;
  /** The counts as they stand: the later ones fill in and replace the earlier. */
  #usage: UpstreamUsage = {};
  /** Tool calls that are still being written, by the index of their block. */
  readonly #toolUses = new Map<number, { block: UpstreamBlock; json: string }>();

  *read(event: StreamEvent): Generator<ProviderEvent, void, undefined> {
    this.eventCount++;
    const index = event.index ?? 0;
    switch (event.type) {
      case "message_start":
        this.answer.responseModel = event.message?.model;
        yield* this.#addUsage(event.message?.usage);
        break;
      case "content_block_start":
        if (event.content_block?.type === "tool_use") {
          this.#toolUses.set(index, { block: event.content_block, json: "" });
        }
        yield* this.#addText(event.content_block?.type === "text" ? event.content_block.text : "");
        break;
      case "content_block_delta":
        yield* this.#addText(event.delta?.text);
        this.#addJson(index, event.delta?.partial_json ?? "");
        break;
      case "content_block_stop":
        yield* this.#endToolUse(index);
        break;
      case "message_delta": {
        const word = event.delta?.stop_reason;
        if (word) this.answer.setFinish(mapFinishReason(word), word);
        yield* this.#addUsage(event.usage);
        break;
      }
      case "message_stop":
        this.isFinished = true;
    }
  }

  *#addText(text: string | undefined): Generator<ProviderEvent, void, undefined> {
    if (!text) return;
    this.answer.addText(text);
    yield { kind: "delta", text };
  }

  #addJson(index: number, json: string): void {
    const toolUse = this.#toolUses.get(index);
    if (toolUse !== undefined) toolUse.json += json;
  }

  *#endToolUse(index: number): Generator<ProviderEvent, void, undefined> {
    const toolUse = this.#toolUses.get(index);
    if (toolUse === undefined) return;
    this.#toolUses.delete(index);
    const { block, json } = toolUse;
    const toolCall = convertToolUse(block, json === "" ? JSON.stringify(block.input ?? {}) : json);
    this.answer.addToolCall(toolCall);
    yield { kind: "tool_call", toolCall };
  }

  *#addUsage(usage: UpstreamUsage | null | undefined): Generator<ProviderEvent, void, undefined> {
    if (!usage) return;
    const known = Object.entries(usage).filter(([, value]) => value !== null);
    this.#usage = { ...this.#usage, ...Object.fromEntries(known) };
    this.answer.usage = convertUsage(this.#usage);
    yield { kind: "usage", usage: this.answer.usage };
  }
}
