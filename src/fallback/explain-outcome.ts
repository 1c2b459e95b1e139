import type { AttemptErrorReason } from "../core/attempt-error.ts";
import type { RoutedCandidate } from "./route.ts";

/** What became of a candidate of `trial`. */
export interface CandidateOutcome {
  /** Its attempts in order; undefined: that one answered. */
  readonly attempts: readonly (AttemptErrorReason | undefined)[];
  /** True: the request was answered, by this candidate or another. */
  readonly answered: boolean;
}

/** Why a candidate stood where it did and what came of it, in one sentence for people. */
export function explainOutcome({ explanation }: RoutedCandidate, outcome: CandidateOutcome): string {
  return `${explanation}; ${outcomeText(outcome)}`;
}

function outcomeText({ attempts, answered }: CandidateOutcome): string {
  if (attempts.length === 0) return answered ? "not needed" : "not reached";
  if (answered && attempts.at(-1) === "CANCELLED") return "given up, since another answered first";
  const failures = attempts.filter((reason) => reason !== undefined);
  const answer = failures.length < attempts.length ? "answered" : "gave no answer";
  if (failures.length === 0) return answer;
  return `failed ${failures.length === 1 ? "once" : `${failures.length} times`} (${failures.join(", ")}) and ${answer}`;
}
