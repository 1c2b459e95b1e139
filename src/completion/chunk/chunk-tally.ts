import type { Cost } from "../../core/cost.ts";
import type { Refusal } from "../../core/refusal.ts";
import type { TokenUsage } from "../../core/usage.ts";
import { formatUsd } from "../../cost/budget/format-usd.ts";
import { addCost, addUsage } from "../accounting.ts";
import type { AttemptRecord, CompleteResult } from "../complete-result.ts";

/** What the calls for the parts of one request have used so far. */
export class ChunkTally {
  readonly attempts: AttemptRecord[] = [];
  /** Estimated input tokens of all that was asked. */
  sentInputTokens = 0;
  usage: TokenUsage = {};
  #answeredCount = 0;
  #cost: Cost | undefined;
  #isPriceKnown = true;
  /** Charged for what came to nothing. */
  #lostNanoUsd = 0n;

  /** Adds the answer to a part, or to several that were combined; `what` names it. */
  add(result: CompleteResult, what: string): void {
    this.#answeredCount++;
    this.usage = addUsage(this.usage, result.usage);
    if (result.cost === undefined) this.#isPriceKnown = false;
    else this.#cost = this.#cost === undefined ? result.cost : addCost(this.#cost, result.cost);
    for (const attempt of result.attempts) {
      const { cause, explanation } = attempt;
      this.attempts.push({
        ...attempt,
        cause: cause === "first_choice" ? "chunk" : cause,
        explanation: `${what}: ${explanation}`,
      });
    }
  }

  /** Adds what a part is charged for that came to nothing. */
  addRefused({ metadata }: Refusal): void {
    this.#lostNanoUsd += BigInt(metadata?.charged_nano_usd ?? 0);
  }

  /** Of all together. Undefined: the price of one is not known. */
  get cost(): Cost | undefined {
    return this.#isPriceKnown ? this.#cost : undefined;
  }

  /** What is charged for all; 0 where no price is known. */
  get spentNanoUsd(): bigint {
    return (this.#cost?.totalNanoUsd ?? 0n) + this.#lostNanoUsd;
  }

  /** What is charged when the request comes to nothing, for people. */
  describe(): string {
    const cost = this.#isPriceKnown ? formatUsd(this.spentNanoUsd) : "an amount that is not known";
    return `${this.#answeredCount} other calls were answered; ${cost} is charged for all.`;
  }

  /** The same for programs. */
  metadata(): Record<string, string> {
    return {
      answered_calls: String(this.#answeredCount),
      ...(this.#isPriceKnown && { charged_nano_usd: String(this.spentNanoUsd) }),
    };
  }
}
