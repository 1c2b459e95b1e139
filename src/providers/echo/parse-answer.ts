import { AnswerCollector } from "../answer-collector.ts";
import type { ProviderAnswer } from "../provider.ts";
import { type EchoRequest, pieceEnd } from "./convert-request.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

/** The answer: the text of the last user message, cut at the output limit. */
export function parseAnswer({ text, inputTokens, maxOutputTokens }: EchoRequest): ProviderAnswer {
  const limit = maxOutputTokens ?? Number.POSITIVE_INFINITY;
  let end = 0;
  let outputTokens = 0;
  for (; end < text.length && outputTokens < limit; outputTokens++) end = pieceEnd(text, end);

  const answer = new AnswerCollector();
  answer.addText(text.slice(0, end));
  const word = end < text.length ? "limit" : "end_of_text";
  answer.setFinish(mapFinishReason(word), word);
  answer.usage = { inputTokens, outputTokens };
  answer.responseModel = "echo";
  return answer.build();
}
