import type { CallGuard } from "../call-guard.ts";
import { messageText } from "../message-text.ts";
import type { ProviderEvent } from "../provider.ts";
import { type EchoRequest, pieceEnd } from "./convert-request.ts";
import { parseAnswer } from "./parse-answer.ts";

/** The events of an echoed answer: a delta a word. Ends at once when the call is ended. */
export function* parseStream(
  request: EchoRequest,
  guard: CallGuard,
): Generator<ProviderEvent, void, undefined> {
  yield { kind: "started", headers: {} };
  const answer = parseAnswer(request);
  const text = messageText(answer.message);
  for (let start = 0; start < text.length; ) {
    guard.signal.throwIfAborted();
    guard.sawContent();
    const end = pieceEnd(text, start);
    yield { kind: "delta", text: text.slice(start, end) };
    start = end;
  }
  guard.signal.throwIfAborted();
  yield { kind: "usage", usage: answer.usage };
  yield { kind: "done", answer };
}
