import { explainIssues, type Finding } from "../../config/explain-issues.ts";
import { nearestNames } from "../../config/nearest-names.ts";
import { keysAt } from "../../config/schema/schema-node.ts";
import type { Tree } from "../../config/tree.ts";
import { withoutNulls } from "../../config/without-nulls.ts";
import { PRIORITIES } from "../../core/priority.ts";
import type { Stream, TokenSize, Workload } from "./workload.ts";
import { type ParsedWorkload, workloadSchema } from "./workload-schema.ts";

/** More requests than this take minutes and much memory. */
const MOST_REQUESTS = 5_000_000;

/** A workload, or everything that is wrong with it. */
export type WorkloadReading =
  | { readonly kind: "valid"; readonly workload: Workload }
  | { readonly kind: "invalid"; readonly findings: readonly Finding[] };

/** Reads a workload from plain values, as a file or flags give them. Never throws for what a user can write. */
export function readWorkload(tree: Tree): WorkloadReading {
  const cleaned = withoutNulls(tree, workloadSchema);
  const parsed = workloadSchema.safeParse(cleaned);
  if (!parsed.success) {
    const findings = parsed.error.issues.flatMap((issue) => {
      if (issue.code !== "unrecognized_keys") return explainIssues([issue], cleaned, () => undefined);
      const path = issue.path as (string | number)[];
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path) }));
    });
    return { kind: "invalid", findings };
  }
  const workload = resolve(parsed.data);
  const findings = checkWorkload(workload);
  return findings.length > 0 ? { kind: "invalid", findings } : { kind: "valid", workload };
}

function unknownKey(key: string, path: readonly (string | number)[]): string {
  const keys = path.at(-1) === "priorities" ? PRIORITIES : keysAt(workloadSchema, path);
  const near = nearestNames(key, keys, 1)[0];
  return near === undefined
    ? `unknown key; known here: ${keys.join(", ")}`
    : `unknown key; did you mean ${near}?`;
}

function resolve({ duration, seed, tenants, streams }: ParsedWorkload): Workload {
  const senders = Object.entries(tenants).map(([name, { weight, share }]) => ({ name, weight, share }));
  return {
    durationMs: duration,
    seed,
    tenants: senders.length > 0 ? senders : [{ name: "default", weight: undefined, share: 1 }],
    streams: Object.entries(streams).map(([name, stream]) => resolveStream(name, stream, duration)),
  };
}

function resolveStream(name: string, stream: ParsedWorkload["streams"][string], durationMs: number): Stream {
  const { models, priorities, latency } = stream;
  const listed = PRIORITIES.map((priority) => ({ priority, share: priorities?.[priority] ?? 0 }));
  return {
    name,
    models: typeof models === "string" ? [models] : models,
    ratePerMs: stream.rate,
    inputTokens: resolveSize(stream.input_tokens),
    outputTokens: resolveSize(stream.output_tokens),
    maxOutputTokens: stream.max_output_tokens,
    tenant: stream.tenant,
    priorities: priorities === undefined ? [{ priority: "normal", share: 1 }] : listed,
    maxWaitMs: stream.max_wait,
    latency: { firstTokenMs: latency.first_token, tokensPerSecond: latency.tokens_per_second },
    fromMs: stream.from,
    untilMs: Math.min(stream.until ?? durationMs, durationMs),
  };
}

function resolveSize(size: number | TokenSize): TokenSize {
  return typeof size === "number" ? { median: size, spread: 1 } : size;
}

/** Checks that concern more than one key. */
function checkWorkload({ tenants, streams }: Workload): Finding[] {
  const findings: Finding[] = [];
  if (streams.length === 0) {
    findings.push({ path: ["streams"], message: "there is no traffic; describe at least one stream" });
  }
  if (tenants.every(({ share }) => share === 0)) {
    findings.push({ path: ["tenants"], message: "all shares are 0; give one tenant more" });
  }
  for (const { name, models, priorities, fromMs, untilMs } of streams) {
    const path = ["streams", name];
    if (models.length === 0) findings.push({ path: [...path, "models"], message: "name at least one model" });
    if (priorities.every(({ share }) => share === 0)) {
      findings.push({ path: [...path, "priorities"], message: "all shares are 0; give one priority more" });
    }
    if (untilMs <= fromMs) {
      findings.push({
        path: [...path, "from"],
        message: "the stream would end before it begins; write an earlier time",
      });
    }
  }
  const requests = streams.reduce(
    (sum, { ratePerMs, fromMs, untilMs }) => sum + ratePerMs * (untilMs - fromMs),
    0,
  );
  if (requests > MOST_REQUESTS) {
    const message = `about ${Math.round(requests / 1e6)} million requests are too many; shorten it to at most ${MOST_REQUESTS / 1e6} million`;
    findings.push({ path: ["duration"], message });
  }
  return findings;
}
