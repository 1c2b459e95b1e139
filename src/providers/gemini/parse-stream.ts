import { AnswerCollector } from "../answer-collector.ts";
import type { CallGuard } from "../call-guard.ts";
import type { ProviderEvent } from "../provider.ts";
import { cutStream } from "../transport-error.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { convertFunctionCall, convertUsage, throwIfRefused, type UpstreamAnswer } from "./parse-answer.ts";

/**
 * The events of a streamed answer. Its end is `finishReason`.
 * @throws {AttemptError} `CONNECTION` when it ends without, `CONTENT_FILTERED` for a refused prompt.
 */
export async function* parseStream(
  pieces: AsyncIterable<UpstreamAnswer>,
  response: UpstreamResponse,
  guard: CallGuard,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const answer = new AnswerCollector();
  let hasToolCalls = false;
  let isFinished = false;
  let pieceCount = 0;
  for await (const piece of untilCut(pieces)) {
    pieceCount++;
    throwIfRefused(piece, response);
    answer.responseModel ??= piece.modelVersion;
    const candidate = piece.candidates?.[0];
    for (const part of candidate?.content?.parts ?? []) {
      guard.sawContent();
      if (part.functionCall !== undefined) {
        hasToolCalls = true;
        const toolCall = convertFunctionCall(part.functionCall);
        answer.addToolCall(toolCall);
        yield { kind: "tool_call", toolCall };
      } else if (part.text && !part.thought) {
        answer.addText(part.text);
        yield { kind: "delta", text: part.text };
      }
    }
    if (piece.usageMetadata !== undefined) {
      answer.usage = convertUsage(piece.usageMetadata);
      yield { kind: "usage", usage: answer.usage };
    }
    if (candidate?.finishReason) {
      isFinished = true;
      answer.setFinish(mapFinishReason(candidate.finishReason, hasToolCalls), candidate.finishReason);
    }
  }
  const headers = response.headers.record;
  if (!isFinished) throw cutStream(pieceCount, response);
  yield { kind: "done", answer: answer.build({ status: response.status, headers }) };
}

/** The SDK's word for a body that ends inside an event: here just an end, judged like any other. */
const ENDS_INSIDE_EVENT = /Failed to parse stream$/;

async function* untilCut(
  pieces: AsyncIterable<UpstreamAnswer>,
): AsyncGenerator<UpstreamAnswer, void, undefined> {
  try {
    yield* pieces;
  } catch (error) {
    if (!(error instanceof Error && ENDS_INSIDE_EVENT.test(error.message))) throw error;
  }
}
