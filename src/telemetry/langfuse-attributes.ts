import { type Attributes, type AttributeValue, SpanStatusCode } from "@opentelemetry/api";
import type { tracing } from "@opentelemetry/sdk-node";

const NANO_USD = 1e9;
const TAG_PREFIX = "headway.tag.";

/** What of a span Langfuse's names are made from. */
export type LangfuseSource = Pick<
  tracing.ReadableSpan,
  "attributes" | "name" | "parentSpanContext" | "startTime" | "status"
>;

/** Whether a span is that of an attempt. */
export function isAttempt({ attributes }: Pick<LangfuseSource, "attributes">): boolean {
  return attributes["headway.attempt"] !== undefined;
}

/**
 * The attributes that Langfuse reads besides the standard ones; docs/langfuse.md lists them. Those of a trace stand on
 * each of its spans, as Langfuse asks for.
 */
export function langfuseAttributes(span: LangfuseSource): Attributes {
  const { attributes } = span;
  const own = isAttempt(span) ? generation(span) : request(span);
  return defined({
    ...own,
    "langfuse.user.id": attributes["headway.tenant"],
    "langfuse.trace.metadata.request_id": attributes["headway.request_id"],
    "langfuse.observation.level": levelOf(span),
    "langfuse.observation.status_message": statusMessage(span),
  });
}

function generation({ attributes, startTime }: LangfuseSource): Attributes {
  const tags = Object.entries(attributes).filter(([name]) => name.startsWith(TAG_PREFIX));
  return defined({
    "langfuse.observation.type": "generation",
    "langfuse.observation.model.name": attributes["headway.model"],
    "langfuse.observation.usage_details": json(usageDetails(attributes)),
    "langfuse.observation.cost_details": json(costDetails(attributes)),
    "langfuse.observation.completion_start_time": completionStart(attributes, startTime),
    "langfuse.observation.input": attributes["gen_ai.input.messages"],
    "langfuse.observation.output": attributes["gen_ai.output.messages"],
    "langfuse.observation.metadata.deployment": attributes["headway.deployment"],
    "langfuse.observation.metadata.attempt": attributes["headway.attempt"],
    "langfuse.observation.metadata.attempt_cause": attributes["headway.attempt_cause"],
    "langfuse.observation.metadata.waited_ms": attributes["headway.waited_ms"],
    "langfuse.trace.metadata.task_type": attributes["headway.task_type"],
    "langfuse.trace.tags":
      tags.length === 0
        ? undefined
        : tags.map(([name, value]) => `${name.slice(TAG_PREFIX.length)}=${String(value)}`),
  });
}

/** A trace that began with the caller is named by the caller. */
function request({ name, parentSpanContext }: LangfuseSource): Attributes {
  const isRoot = parentSpanContext === undefined;
  return defined({
    "langfuse.observation.type": "span",
    "langfuse.trace.name": isRoot ? name.slice(name.lastIndexOf("/") + 1) : undefined,
  });
}

/** Langfuse adds up all counts with `input` in their names, and all with `output`: so each token stands in one. */
function usageDetails(attributes: Attributes): Record<string, number | undefined> | undefined {
  const input = numberOf(attributes["gen_ai.usage.input_tokens"]);
  const output = numberOf(attributes["gen_ai.usage.output_tokens"]);
  if (input === undefined && output === undefined) return undefined;
  const cached = numberOf(attributes["gen_ai.usage.cache_read.input_tokens"]);
  const written = numberOf(attributes["gen_ai.usage.cache_creation.input_tokens"]);
  const reasoning = numberOf(attributes["gen_ai.usage.reasoning.output_tokens"]);
  return {
    input: input === undefined ? undefined : input - (cached ?? 0) - (written ?? 0),
    input_cached_tokens: cached,
    input_cache_creation: written,
    output: output === undefined ? undefined : output - (reasoning ?? 0),
    output_reasoning_tokens: reasoning,
    total: (input ?? 0) + (output ?? 0),
  };
}

/** In US dollars. */
function costDetails(attributes: Attributes): Record<string, number> | undefined {
  const total = numberOf(attributes["headway.cost_nano_usd"]);
  const input = numberOf(attributes["headway.cost_input_nano_usd"]);
  const output = numberOf(attributes["headway.cost_output_nano_usd"]);
  if (total === undefined || input === undefined || output === undefined) return undefined;
  return { input: input / NANO_USD, output: output / NANO_USD, total: total / NANO_USD };
}

function completionStart(
  attributes: Attributes,
  [seconds, nanos]: LangfuseSource["startTime"],
): string | undefined {
  const firstTokenMs = numberOf(attributes["headway.first_token_ms"]);
  if (firstTokenMs === undefined) return undefined;
  const waitedMs = numberOf(attributes["headway.waited_ms"]) ?? 0;
  return new Date(seconds * 1000 + nanos / 1e6 + waitedMs + firstTokenMs).toISOString();
}

function levelOf({ attributes, status }: LangfuseSource): string {
  if (attributes["headway.overtaken"] === true) return "WARNING";
  return status.code === SpanStatusCode.ERROR ? "ERROR" : "DEFAULT";
}

function statusMessage({ attributes, status }: LangfuseSource): string | undefined {
  if (attributes["headway.overtaken"] === true) return "given up, since another attempt was faster";
  const reason = attributes["error.type"];
  if (reason === undefined) return undefined;
  return status.message === undefined ? String(reason) : `${reason}: ${status.message}`;
}

function numberOf(value: AttributeValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function json(value: object | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function defined(attributes: Record<string, AttributeValue | undefined>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
