import { readFileSync } from "node:fs";
import { type Random, seededRandom } from "../../../src/core/random.ts";
import type { Headway } from "./start-headway.ts";
import { ask } from "./talk.ts";

/** Prose, tables and commands as people write them. */
const TEXT = ["docs/scheduling.md", "docs/routing.md", "docs/configuration.md"]
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

/** How far an estimate was from what the provider counted. */
export interface EstimateErrors {
  /** Of the second half of the calls, as a part of what was counted. */
  readonly median: number;
  readonly worst: number;
  /** In that half. */
  readonly calls: number;
}

/**
 * Estimates each of `calls` prompts of many sizes, then has it answered, through the running service. The first half only
 * calibrates.
 */
export async function estimateErrors(
  headway: Headway,
  options: {
    readonly model: string;
    readonly calls: number;
    readonly seed: number;
    readonly mostWords: number;
  },
): Promise<EstimateErrors> {
  const { model, calls, seed, mostWords } = options;
  const random = seededRandom(seed);
  const errors: number[] = [];
  for (let call = 0; call < calls; call++) {
    const request = ask(`hello ${excerpt(random, mostWords)}`, { model, maxOutputTokens: 4n });
    const { messages = [] } = request;
    const estimate = await headway.grpc.estimateTokens({ model, messages, maxOutputTokens: 4n });
    const { usage } = await headway.grpc.complete(request);
    const actual = Number(usage!.inputTokens);
    if (call >= calls / 2) errors.push(Math.abs(Number(estimate.inputTokens) - actual) / actual);
  }
  errors.sort((left, right) => left - right);
  return { median: errors[errors.length >> 1]!, worst: errors.at(-1)!, calls: errors.length };
}

/** Some words in a row, from anywhere; small ones more often. */
function excerpt(random: Random, mostWords: number): string {
  const words = TEXT.split(" ");
  const count = 3 + Math.floor(random.next() ** 2 * (mostWords - 3));
  const first = Math.floor(random.next() * (words.length - count));
  return words.slice(first, first + count).join(" ");
}
