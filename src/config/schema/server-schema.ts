import { z } from "zod";
import { DAY_MS, MINUTE_MS } from "../../core/durations.ts";
import { defaulted, optional, required } from "./kind.ts";
import { boolean, choice, decimal, duration, integer, secret, text } from "./kinds.ts";
import { address, url } from "./network-kinds.ts";

const MEGABYTE = 1_048_576;

const spacing = z
  .union([
    defaulted(choice("even", "none"), "even", "Spacing of the starts."),
    z.strictObject({ burst: required(integer(1, 1_000_000), "How many may start at once.") }),
  ])
  .describe(
    "even: starts of a pool are 60 s / RPM apart; {burst: n}: n may start at once; none: only the windows count. " +
      "Default: even.",
  );

/** When a call may start. */
export const schedulerSchema = z
  .strictObject({
    safety_margin: defaulted(
      integer(0, 1_000_000),
      2,
      "Taken off every limit; at least 1 of the limit is left.",
    ),
    token_margin_percent: defaulted(decimal(0, 90), 0, "Taken off every token limit besides, in percent."),
    guard: defaulted(
      duration(0, MINUTE_MS),
      "1s",
      "How long a call may be on its way to the provider: windows are this much longer.",
    ),
    spacing,
    max_wait: defaulted(duration(0, DAY_MS), "300s", "Longest wait of a request that names none."),
    max_queue: defaulted(integer(1, 10_000_000), 10_000, "Most waiting requests of one pool."),
    max_queued_tokens: optional(
      integer(1),
      "Most tokens of all waiting requests of one pool. Unset: no limit.",
    ),
    lease_duration: defaulted(duration(1_000, DAY_MS), "10m", "How long a slot lives without being renewed."),
    aging: defaulted(
      duration(1_000, DAY_MS),
      "30s",
      "After this wait a request moves up one priority level.",
    ),
  })
  .prefault({})
  .describe("When a call may start.");

/** Settings of requests that do not state their own. */
export const defaultsSchema = z
  .strictObject({
    temperature: optional(decimal(0, 2), "Temperature. Unset: the provider's own."),
    max_output_tokens: optional(integer(1), "Most tokens of an answer. Unset: the model's own maximum."),
  })
  .prefault({})
  .describe("Settings of requests that do not state their own.");

/** Answers that are kept for identical requests. */
export const cacheSchema = z
  .strictObject({
    enabled: defaulted(boolean, false, "Whether identical requests are answered once."),
    ttl: defaulted(duration(1_000, 365 * DAY_MS), "1h", "How long an answer is kept."),
    max_entries: defaulted(integer(1, 100_000_000), 10_000, "Most answers kept."),
    max_bytes: defaulted(integer(1), 256 * MEGABYTE, "Most bytes of all answers kept."),
  })
  .prefault({})
  .describe("Answers kept for identical requests.");

/** Where state is kept. */
export const storageSchema = z
  .union([
    z.strictObject({
      path: defaulted(
        text(),
        "./data/headway.db",
        "File of usage, costs and state. memory: nothing is kept.",
      ),
      retention: defaulted(
        duration(DAY_MS, 3_650 * DAY_MS),
        "90d",
        "How long single calls are kept; sums stay.",
      ),
    }),
    required(choice("memory"), "memory: nothing is kept."),
  ])
  .prefault({})
  .describe("Where state is kept; memory keeps nothing.");

const langfuse = z
  .strictObject({
    host: required(url, "Address of Langfuse."),
    public_key: required(text(), "Public key of the project."),
    secret_key: required(secret, "Secret key of the project. Best taken from a variable."),
  })
  .optional()
  .describe("Sends every attempt to Langfuse as well. Unset: off.");

/** What is told about the service's work. */
export const telemetrySchema = z
  .strictObject({
    otlp_endpoint: optional(url, "Where spans are sent, as OTLP over gRPC. Unset: spans are not sent."),
    service_name: defaulted(text(), "headway", "Name of this service in spans."),
    capture_content: defaulted(boolean, false, "Whether prompts and answers are recorded in spans."),
    log_level: defaulted(
      choice("trace", "debug", "info", "warn", "error", "silent"),
      "info",
      "The least important lines that are logged.",
    ),
    log_format: defaulted(
      choice("auto", "json", "pretty"),
      "auto",
      "json: one object a line; pretty: for people; auto: pretty on a terminal.",
    ),
    log_requests: defaulted(boolean, false, "Whether every request is logged, without its content."),
    langfuse,
  })
  .prefault({})
  .describe("What is told about the service's work.");

/** Where the service listens. */
export const listenSchema = z
  .strictObject({
    grpc: defaulted(address, "127.0.0.1:50051", "Address of the gRPC door."),
    http: defaulted(address, "127.0.0.1:8080", "Address of the Connect, gRPC-Web and health door."),
    max_message_bytes: defaulted(integer(1_024), 16 * MEGABYTE, "Largest message that is taken, in bytes."),
    drain_timeout: defaulted(
      duration(0, 60 * MINUTE_MS),
      "30s",
      "How long running calls may finish after SIGTERM.",
    ),
  })
  .prefault({})
  .describe("Where the service listens.");
