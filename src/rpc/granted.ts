import { type Refusal, RefusalError } from "../core/refusal.ts";
import type { Reading } from "./violations.ts";

/** The answer of a service. @throws {RefusalError} when it is a refusal */
export function granted<Answer extends object>(answer: Answer | Refusal): Answer {
  if ("kind" in answer && answer.kind === "refused") throw new RefusalError(answer as Refusal);
  return answer as Answer;
}

/** The value that was read. @throws {RefusalError} when it cannot be used */
export function valid<Value>(read: Reading<Value>): Value {
  return granted(read).value;
}
