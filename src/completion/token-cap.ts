import { capOf } from "../tracker/pool-rules.ts";
import type { Candidate } from "./candidate.ts";

/** The least that a limit on tokens, or on input tokens, ever lets pass. Undefined: there is none. */
export function tokenCapOf({ option }: Candidate): number | undefined {
  const { rules } = option.pool.usage;
  const caps = rules.limits
    .filter(({ metric }) => metric === "tokens" || metric === "input_tokens")
    .map((limit) => capOf(limit, rules));
  return caps.length === 0 ? undefined : Math.min(...caps);
}
