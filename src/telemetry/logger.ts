import { trace } from "@opentelemetry/api";
import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";

/** What the log needs. */
export interface LogOptions {
  /** The least important lines that are written. */
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "silent";
  /** `auto`: pretty on a terminal, else JSON. */
  readonly format: "auto" | "json" | "pretty";
  /** Further fields of each line, asked for when it is written. */
  readonly fields: () => Readonly<Record<string, string>>;
  /** Where lines go. Undefined: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * The log of the process. Each line written during an RPC has `trace_id` and `span_id` where spans are made, and the
 * further fields. Of errors only kind, message and stack are written: what else hangs on them may be a prompt or a key.
 */
export async function createLogger({ level, format, fields, destination }: LogOptions): Promise<Logger> {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    mixin: () => ({ ...traceFields(), ...fields() }),
  };
  const output = destination ?? pino.destination({ fd: 1, sync: true });
  const isTerminal = destination === undefined && process.stdout.isTTY === true;
  if (format === "json" || (format === "auto" && !isTerminal)) return pino(options, output);
  const { prettyFactory } = await import("pino-pretty");
  const prettify = prettyFactory({ colorize: isTerminal });
  return pino(options, { write: (line) => output.write(prettify(line)) });
}

function traceFields(): Readonly<Record<string, string>> {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: ErrorDescription;
}

function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name, message, stack, cause } = error;
  const description = { type: name, message, stack };
  return cause === undefined || depth >= 3
    ? description
    : { ...description, cause: describeError(cause, depth + 1) };
}
