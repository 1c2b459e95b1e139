import type { Cost as ProtoCost } from "../../gen/es/headway/v1/cost_pb.js";
import type { Usage } from "../../gen/es/headway/v1/usage_pb.js";
import type { Cost } from "../core/cost.ts";
import type { ReportedUsage } from "../scheduler/slot-settlement.ts";
import { readTokens } from "./read-fields.ts";
import type { Violations } from "./violations.ts";

/**
 * The tokens a caller reports. What follows from what is known is filled in: the total from both sides, a side from
 * the total and the other side. Undefined: nothing is reported.
 */
export function readUsage(violations: Violations, field: string, usage: Usage): ReportedUsage | undefined {
  const inputTokens = readTokens(violations, `${field}.input_tokens`, usage.inputTokens);
  const outputTokens = readTokens(violations, `${field}.output_tokens`, usage.outputTokens);
  const totalTokens = readTokens(violations, `${field}.total_tokens`, usage.totalTokens);
  const cached = readTokens(violations, `${field}.cached_input_tokens`, usage.cachedInputTokens);
  const cacheWrite = readTokens(violations, `${field}.cache_write_input_tokens`, usage.cacheWriteInputTokens);
  const reasoning = readTokens(violations, `${field}.reasoning_tokens`, usage.reasoningTokens);
  const known = (inputTokens ?? 0) + (outputTokens ?? 0);
  if (totalTokens !== undefined && totalTokens < known) {
    violations.add(`${field}.total_tokens`, "must not be less than input_tokens and output_tokens together");
    return undefined;
  }
  const input = inputTokens ?? (outputTokens === undefined ? undefined : minus(totalTokens, outputTokens));
  const output = outputTokens ?? (inputTokens === undefined ? undefined : minus(totalTokens, inputTokens));
  const total = totalTokens ?? (input === undefined || output === undefined ? undefined : input + output);
  checkPart(violations, `${field}.cached_input_tokens`, cached, "input_tokens", input ?? total);
  checkPart(violations, `${field}.cache_write_input_tokens`, cacheWrite, "input_tokens", input ?? total);
  checkPart(violations, `${field}.reasoning_tokens`, reasoning, "output_tokens", output ?? total);
  if (input === undefined && output === undefined && total === undefined) return undefined;
  // Without spreads: many calls are settled a second.
  const reported: { -readonly [Key in keyof ReportedUsage]: ReportedUsage[Key] } = {};
  if (input !== undefined) reported.inputTokens = input;
  if (output !== undefined) reported.outputTokens = output;
  if (total !== undefined) reported.totalTokens = total;
  if (cached !== undefined) reported.cachedInputTokens = cached;
  if (cacheWrite !== undefined) reported.cacheWriteInputTokens = cacheWrite;
  if (reasoning !== undefined) reported.reasoningTokens = reasoning;
  if (usage.estimated) reported.estimated = true;
  return reported;
}

/** Tokens as the contract writes them; the total is there when it is known or follows from both sides. */
export function usageToProto(usage: ReportedUsage): Usage {
  const { inputTokens, outputTokens } = usage;
  const both =
    inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens;
  return {
    $typeName: "headway.v1.Usage",
    inputTokens: count(inputTokens),
    outputTokens: count(outputTokens),
    cachedInputTokens: count(usage.cachedInputTokens),
    reasoningTokens: count(usage.reasoningTokens),
    totalTokens: count(usage.totalTokens ?? both),
    cacheWriteInputTokens: count(usage.cacheWriteInputTokens),
    estimated: usage.estimated ?? false,
  };
}

/** Money as the contract writes it. Undefined stays undefined: the price is not known. */
export function costToProto(cost: Cost | undefined): ProtoCost | undefined {
  if (cost === undefined) return undefined;
  const { inputNanoUsd, outputNanoUsd, totalNanoUsd, priceSource } = cost;
  return {
    $typeName: "headway.v1.Cost",
    inputNanoUsd,
    outputNanoUsd,
    totalNanoUsd,
    currencyCode: "USD",
    priceSource,
  };
}

/** A count as an int64 of the contract; fractions, which no count should have, are rounded. */
export function count(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(Math.round(value));
}

function minus(total: number | undefined, part: number): number | undefined {
  return total === undefined ? undefined : total - part;
}

function checkPart(
  violations: Violations,
  field: string,
  part: number | undefined,
  wholeName: string,
  whole: number | undefined,
): void {
  if (part === undefined || whole === undefined || part <= whole) return;
  violations.add(field, `must not be more than ${wholeName}`);
}
