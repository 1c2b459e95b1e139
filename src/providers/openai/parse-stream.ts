import { makeId } from "../../core/id.ts";
import { AnswerCollector } from "../answer-collector.ts";
import type { CallGuard } from "../call-guard.ts";
import type { ProviderEvent } from "../provider.ts";
import { cutStream } from "../transport-error.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { argumentsText, convertUsage, type UpstreamToolCall, type UpstreamUsage } from "./parse-answer.ts";

/** A piece of a streamed completion as far as we read it. */
interface Chunk {
  readonly model?: string;
  readonly choices?: readonly ChunkChoice[];
  readonly usage?: UpstreamUsage | null;
}

interface ChunkChoice {
  readonly delta?: ChunkDelta;
  readonly finish_reason?: string | null;
}

interface ChunkDelta {
  readonly content?: string | null;
  readonly refusal?: string | null;
  /** Not part of OpenAI's API; several servers stream the model's reasoning so. */
  readonly reasoning_content?: string | null;
  readonly reasoning?: unknown;
  readonly tool_calls?: readonly UpstreamToolCall[] | null;
}

/**
 * The events of a streamed completion. Its end is `finish_reason`; what follows are the counts.
 * @throws {AttemptError} `CONNECTION` when it ends without.
 */
export async function* parseStream(
  chunks: AsyncIterable<unknown>,
  response: UpstreamResponse,
  guard: CallGuard,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const answer = new AnswerCollector();
  const toolCalls = new ToolCallFragments();
  let isRefusal = false;
  let isFinished = false;
  let chunkCount = 0;
  for await (const chunk of chunks as AsyncIterable<Chunk>) {
    chunkCount++;
    answer.responseModel ??= chunk.model;
    const { delta = {}, finish_reason: word } = chunk.choices?.[0] ?? {};
    if (hasContent(delta)) guard.sawContent();
    if (delta.refusal) isRefusal = true;
    const text = `${delta.content ?? ""}${delta.refusal ?? ""}`;
    if (text !== "") {
      answer.addText(text);
      yield { kind: "delta", text };
    }
    toolCalls.add(delta.tool_calls ?? []);
    if (word) {
      isFinished = true;
      answer.setFinish(isRefusal ? "content_filter" : mapFinishReason(word), word);
      for (const toolCall of toolCalls.take()) {
        answer.addToolCall(toolCall);
        yield { kind: "tool_call", toolCall };
      }
    }
    if (chunk.usage) {
      answer.usage = convertUsage(chunk.usage);
      yield { kind: "usage", usage: answer.usage };
    }
  }
  if (!isFinished) throw cutStream(chunkCount, response);
  yield { kind: "done", answer: answer.build({ status: response.status, headers: response.headers.record }) };
}

function hasContent(delta: ChunkDelta): boolean {
  const { content, refusal, reasoning_content: thoughts, reasoning, tool_calls: toolCalls } = delta;
  return Boolean(content || refusal || thoughts || reasoning || toolCalls?.length);
}

/** Tool calls that arrive in fragments, matched by index. */
class ToolCallFragments {
  readonly #calls = new Map<number, { id: string; name: string; argumentsJson: string }>();

  add(fragments: readonly UpstreamToolCall[]): void {
    fragments.forEach((fragment, position) => {
      const index = fragment.index ?? position;
      const call = this.#calls.get(index) ?? { id: "", name: "", argumentsJson: "" };
      this.#calls.set(index, call);
      call.id ||= fragment.id ?? "";
      call.name ||= fragment.function?.name ?? "";
      call.argumentsJson += argumentsText(fragment.function?.arguments);
    });
  }

  /** The calls so far, in the order of their index, and forgets them. */
  take(): { id: string; name: string; argumentsJson: string }[] {
    const calls = [...this.#calls].sort(([left], [right]) => left - right);
    this.#calls.clear();
    return calls.map(([, call]) => ({ ...call, id: call.id || makeId("call") }));
  }
}
