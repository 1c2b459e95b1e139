import { AnswerCollector } from "../answer-collector.ts";
import type { CallGuard } from "../call-guard.ts";
import type { ProviderEvent } from "../provider.ts";
import { parseJson } from "../request-parts.ts";
import { cutStream } from "../transport-error.ts";
import { UpstreamStatusError } from "../upstream-error.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { convertToolCall, convertUsage, type UpstreamAnswer } from "./parse-answer.ts";

/**
 * The events of a streamed answer: one JSON object a line. Its end is `done: true`.
 * @throws {AttemptError} `CONNECTION` when it ends without.
 */
export async function* parseStream(
  response: UpstreamResponse,
  guard: CallGuard,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const headers = response.headers.record;
  const answer = new AnswerCollector();
  let hasToolCalls = false;
  let pieceCount = 0;
  for await (const piece of jsonLines(response.watchedBy(guard).body)) {
    pieceCount++;
    if (piece.error !== undefined) throw new UpstreamStatusError(500, headers, JSON.stringify(piece));
    answer.responseModel ??= piece.model;
    const { content = "", thinking = "", tool_calls: toolCalls = [] } = piece.message ?? {};
    if (content !== "" || thinking !== "" || toolCalls.length > 0) guard.sawContent();
    if (content !== "") {
      answer.addText(content);
      yield { kind: "delta", text: content };
    }
    for (const toolCall of toolCalls.map(convertToolCall)) {
      hasToolCalls = true;
      answer.addToolCall(toolCall);
      yield { kind: "tool_call", toolCall };
    }
    if (piece.done) {
      const word = piece.done_reason ?? "";
      answer.setFinish(mapFinishReason(word, hasToolCalls), word);
      answer.usage = convertUsage(piece);
      yield { kind: "usage", usage: answer.usage };
      yield { kind: "done", answer: answer.build({ status: response.status, headers }) };
      return;
    }
  }
  throw cutStream(pieceCount, response);
}

async function* jsonLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<UpstreamAnswer, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.trim() !== "") yield JSON.parse(line) as UpstreamAnswer;
    }
  }
  // The last line may lack its end; what is no JSON then was cut.
  const last = parseJson(rest);
  if (typeof last === "object" && last !== null) yield last as UpstreamAnswer;
}
